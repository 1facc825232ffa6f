// Progressive help only: every page reads and submits without this file.
"use strict";

// After a refused form, put the reader at the list of what to mend.
document.querySelector("[data-focus]")?.focus();

// Leaving a form with unsaved text asks first, also one that was opened in the page later and still stands there.
const unsaved = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) unsaved.add(form);
});
document.addEventListener("submit", (event) => { unsaved.delete(event.target); });
window.addEventListener("beforeunload", (event) => {
  if ([...unsaved].some((form) => form.isConnected)) event.preventDefault();
});

// A wide table scrolls in a box; let keyboards reach it only where it really is too wide.
for (const box of document.querySelectorAll(".scroll")) {
  if (box.scrollWidth > box.clientWidth) {
    box.tabIndex = 0;
  }
}
