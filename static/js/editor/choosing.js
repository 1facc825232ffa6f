// Choosing rows, and changing all the chosen ones at once.
import { editor, perform, take } from "./acting.js";
import { PICK, rowOf, rows } from "./table.js";
import { words } from "./words.js";

const form = document.getElementById("flera");
let last = null;

const boxes = () => rows().map((row) => row.querySelector(PICK)).filter(Boolean);
const chosen = () => boxes().filter((box) => box.checked);

/** Show how many rows are chosen, and the bar that changes them. */
export function showChosen() {
  for (const box of boxes()) rowOf(box).classList.toggle("sel", box.checked);
  const count = chosen().length;
  form.hidden = !count;
  document.documentElement.classList.toggle("choosing", count > 0);
  const told = form.querySelector("[data-count]");
  if (told) told.textContent = count === 1 ? told.dataset.one : told.dataset.many.replace("%s", count);
}

/** With Shift every row from the last one is chosen too. */
function choose(event) {
  const box = event.target;
  if (!box.matches(PICK)) return;
  if (event.shiftKey && last?.isConnected) {
    const [from, to] = [boxes().indexOf(last), boxes().indexOf(box)].sort((a, b) => a - b);
    for (const one of boxes().slice(from, to + 1)) one.checked = box.checked;
  }
  last = box;
  showChosen();
}

function clear() {
  for (const box of chosen()) box.checked = false;
  showChosen();
}

function clearButton() {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "ds-button push" });
  button.dataset.variant = "secondary";
  button.textContent = words.clear;
  button.addEventListener("click", clear);
  return button;
}

async function change(event) {
  event.preventDefault();
  const answer = await perform(editor.dataset.bulkUrl, new URLSearchParams(new FormData(form, event.submitter)));
  if (!answer) return;
  const isDone = take(answer);
  if (answer.status === 422) return; // what was chosen and filled in stays, to be mended
  for (const part of form.querySelectorAll("details[open]")) part.open = false;
  if (isDone) clear();
  document.querySelector("[data-outcome]")?.focus();
}

export function startChoosing() {
  if (!form) return;
  editor.addEventListener("click", choose);
  form.addEventListener("submit", change);
  form.append(clearButton());
  showChosen();
}
