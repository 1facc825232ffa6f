// Every text the report form's script says, in one place.
import { words as shared } from "../lib/words.js";

export const words = {
  ...shared,
  refused: (row) => `${row}: det går inte att spara än. Se texten vid fältet.`,
  clash: (row) => `${row}: en kollega ändrade samma fält. Båda texterna står vid fältet.`,
  undecided: (count) => (count === 1 ? "Ett svar är inte sparat än. Se texten vid fältet." : `${count} svar är inte sparade än. Se texterna vid fälten.`),
  lost: (row) => `${row}: det gick inte att spara. Det du skrev står kvar så att du kan kopiera det.`,
  lostNote: "Det här gick inte att spara. Kopiera det du skrev och ladda om sidan:",
  answered: (row, next) => `${row} är besvarad. Nästa: ${next}.`,
  allDone: "Alla aktiviteter är besvarade. Nu kan ni granska och lämna in.",
  keys: [["O", "oförändrat"], ["E", "ej relevant"], ["U", "uppgift saknas"], ["J", "nästa"]],
  more: "Visa hela svaret",
  less: "Visa mindre",
  keysOff: "Stäng av tangenterna",
};
