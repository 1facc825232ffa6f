// The control view and the review of one report: keys, counts of what is chosen, and where the reader is put.
"use strict";

const keysOff = document.getElementById("review-keys-off");
const SETTING = "review-keys-off";

if (keysOff) {
  keysOff.checked = localStorage.getItem(SETTING) === "1";
  keysOff.addEventListener("change", () => localStorage.setItem(SETTING, keysOff.checked ? "1" : ""));
  keysOff.closest("details").hidden = false;
}

const KEYS = { j: "next", k: "previous", g: "approve" };

document.addEventListener("keydown", (event) => {
  const name = KEYS[event.key];
  const isTyping = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (!name || isTyping || event.ctrlKey || event.metaKey || event.altKey || event.repeat || keysOff?.checked) return;
  const target = document.querySelector(`#granska [data-key="${name}"]`);
  if (target) {
    event.preventDefault();
    target.click();
  }
});

// The report beside the table: its cell is marked, and its heading read first.
document.addEventListener("htmx:afterSettle", (event) => {
  const panel = document.getElementById("granska");
  if (!panel?.dataset.pk || !event.detail.elt?.matches?.("#granska")) return;
  document.querySelectorAll(".cell[aria-current]").forEach((cell) => cell.removeAttribute("aria-current"));
  document.getElementById(`c${panel.dataset.pk}`)?.setAttribute("aria-current", "true");
  const first = panel.querySelector("[data-focus]") ?? document.getElementById("gr-h");
  first.focus({ preventScroll: matchMedia("(min-width: 76rem)").matches });
  panel.scrollTop = 0;
  count();
});

// What is chosen, and how much of it waits for review.
const form = document.getElementById("flera");
const bulk = form?.querySelector(".bulk");

function count() {
  if (!bulk) return;
  const chosen = [...form.querySelectorAll("[name=vald]:checked")];
  const waiting = chosen.reduce((sum, box) => sum + Number(document.getElementById(`s${box.value}`).dataset.waiting), 0);
  const words = bulk.querySelector("[data-count]");
  words.textContent = chosen.length === 1 ? words.dataset.one : words.dataset.many.replace("%s", chosen.length);
  const approve = bulk.querySelector("[value=godkann]");
  approve.querySelector("span").textContent = `${approve.dataset.label} (${waiting})`;
}

form?.addEventListener("change", count);
bulk?.querySelector("[data-clear]").addEventListener("click", (event) => {
  event.preventDefault();
  form.querySelectorAll("[name=vald]:checked").forEach((box) => { box.checked = false; });
  count();
  form.querySelector("[name=vald]")?.focus();
});
