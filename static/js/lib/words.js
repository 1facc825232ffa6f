// What the scripts that save while somebody writes say of it, in one place.
export const words = {
  saving: "Sparar…",
  saved: (at) => `Sparat ${at}`,
  unsaved: "Inte sparat än. Texten finns kvar här; vi försöker igen om 10 sekunder.",
  signedOut: "Du är utloggad. Texten finns kvar här. Logga in i en annan flik, så sparar vi den sedan.",
  offline: "Ingen kontakt med servern. Inget är ändrat. Försök igen om en stund.",
  failed: "Det gick inte. Inget är ändrat. Försök igen.",
  forbidden: "Det går inte att ändra här längre. Kopiera det du skrev och ladda om sidan.",
  merge: "Sätt ihop",
  restore: "Ta tillbaka det sparade",
  close: "Stäng",
};
