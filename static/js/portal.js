// Progressive help only: every page reads and submits without this file.
"use strict";

// After a refused form, put the reader at the list of what to mend.
document.querySelector("[data-focus]")?.focus();

// Leaving a form with unsaved text asks first.
for (const form of document.querySelectorAll("form[data-guard]")) {
  let dirty = false;
  form.addEventListener("input", () => { dirty = true; });
  form.addEventListener("submit", () => { dirty = false; });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
}

// A wide table scrolls in a box; let keyboards reach it only where it really is too wide.
for (const box of document.querySelectorAll(".scroll")) {
  if (box.scrollWidth > box.clientWidth) {
    box.tabIndex = 0;
  }
}
