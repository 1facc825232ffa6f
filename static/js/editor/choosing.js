// Choosing rows, and changing all the chosen ones at once.
import { editor, perform, take } from "./acting.js";
import { PICK, rowOf, rows } from "./table.js";
import { say } from "./status.js";
import { words } from "./words.js";

const form = document.getElementById("bulk");
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
  if (told) told.textContent = words.chosen(count);
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

async function change(event) {
  event.preventDefault();
  const answer = await perform(editor.dataset.bulkUrl, new URLSearchParams(new FormData(form, event.submitter)));
  if (!answer) return;
  for (const old of form.querySelectorAll(".note")) old.remove();
  const note = answer.body.querySelector(".note");
  const isTable = take(answer);
  if (isTable) clear();
  else if (note) form.prepend(note);
  if (isTable && !answer.savedAt) say(words.done);
}

export function startChoosing() {
  if (!form) return;
  editor.addEventListener("click", choose);
  form.addEventListener("submit", change);
  form.querySelector("[data-do=clear]")?.addEventListener("click", clear);
  showChosen();
}
