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

// Whoever logs in again in another tab gets a new token; forms that stood open since before send that one.
function freshToken() {
  return document.cookie.match(/(?:^|; )(?:__Host-csrf|csrftoken)=([^;]+)/)?.[1];
}
document.addEventListener("submit", (event) => {
  const token = event.target.elements?.namedItem("csrfmiddlewaretoken");
  if (token) token.value = freshToken() ?? token.value;
}, true);
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const { parameters } = detail;
  if (parameters.csrfmiddlewaretoken) parameters.csrfmiddlewaretoken = freshToken() ?? parameters.csrfmiddlewaretoken;
});

// The session has ended: what is written stays on the page, and the way to log in opens beside it. Said once.
const signedOut = document.getElementById("utloggad");
let isTold = false;
function tellSignedOut() {
  if (isTold || !signedOut) return;
  isTold = true;
  signedOut.showModal();
}
document.addEventListener("portal:signed-out", tellSignedOut);
document.addEventListener("portal:signed-in", () => { isTold = false; signedOut?.close(); });
document.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.xhr.status !== 401) return;
  isTold = detail.requestConfig.verb === "get" && isTold; // whoever sends something is told each time
  tellSignedOut();
});
document.addEventListener("htmx:afterOnLoad", ({ detail }) => { if (detail.xhr.status < 400) isTold = false; });
signedOut?.addEventListener("click", (event) => { if (event.target.closest("a, button")) signedOut.close(); });
