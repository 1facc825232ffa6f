// Moving a row with the mouse: dragged by its handle, dropped between two rows. The menu's buttons do the same.
import { say } from "../lib/status.js";
import { moveRow } from "./menu.js";
import { rowOf, table } from "./table.js";
import { words } from "./words.js";

let dragged = null;
let target = null; // {body, isAfter}

function start(event) {
  if (!event.target.matches?.(".handle")) return;
  dragged = rowOf(event.target);
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.pk);
  event.dataTransfer.setDragImage(dragged.rows[0], 0, 0);
  dragged.classList.add("dragged");
}

function over(event) {
  const body = dragged && event.target.closest?.("tbody");
  mark(null);
  if (!body || !table().contains(body) || body === dragged) return;
  event.preventDefault();
  const { top, height } = body.getBoundingClientRect();
  mark({ body, isAfter: body.matches(".grp") || event.clientY > top + height / 2 });
}

function mark(next) {
  target?.body.classList.remove("drop-before", "drop-after");
  target = next;
  target?.body.classList.add(target.isAfter ? "drop-after" : "drop-before");
}

/** Where the row would stand: after which row, in which area and part. */
function placeOf({ body, isAfter }) {
  const { area = "", part = "" } = body.dataset;
  let after = isAfter ? body : body.previousElementSibling;
  if (after === dragged) after = after.previousElementSibling;
  return { after: after?.matches(".act") ? after.dataset.pk : "", area, part };
}

function drop(event) {
  if (!dragged || !target) return;
  event.preventDefault();
  moveRow(dragged, placeOf(target));
  finish();
}

function finish() {
  dragged?.classList.remove("dragged");
  mark(null);
  dragged = null;
}

function leave() {
  if (dragged) say(words.dropped);
  finish();
}

export function startDragging() {
  document.addEventListener("dragstart", start);
  document.addEventListener("dragover", over);
  document.addEventListener("drop", drop);
  document.addEventListener("dragend", leave);
}
