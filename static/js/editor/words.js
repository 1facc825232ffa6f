// Every text the editor's script says, in one place.
import { words as shared } from "../lib/words.js";

export const words = {
  ...shared,
  refused: (row) => `${row}: det går inte att spara än. Se texten vid raden.`,
  clash: (row) => `${row}: någon annan ändrade samma fält. Båda texterna står vid raden.`,
  undecided: (count) => (count === 1 ? "En ruta är inte sparad än. Se texten vid raden." : `${count} rutor är inte sparade än. Se texterna vid raderna.`),
  gone: (row) => `${row}: raden är borttagen. Det du skrev står kvar så att du kan kopiera det.`,
  goneNote: "Raden togs bort av någon annan. Det här skrev du:",
  dropped: "Raden släpptes utanför tabellen och ligger kvar där den låg.",
  handle: (row) => `${row}: flytta eller välj vad du vill göra`,
  label: (column, row) => `${column}, ${row}`,
  writes: (name) => `${name} skriver här nu`,
  clear: "Avmarkera",
  undo: (step) => `Ångra: ${step}`,
};
