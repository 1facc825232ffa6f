// The table as the server last gave it: rows are taken in without disturbing what somebody is writing or looking at.
import { pending, rebase } from "../lib/saves.js";
import { shown, stored } from "./values.js";
import { words } from "./words.js";

export const PICK = "input[name=rad]"; // the box that chooses a row
export const table = () => document.querySelector("table.editor");
export const rows = () => [...(table()?.querySelectorAll("tbody.act") ?? [])];
export const rowOf = (node) => node?.closest?.("tbody.act") ?? null;
export const rowWith = (pk) => table()?.querySelector(`tbody.act[data-pk="${pk}"]`) ?? null;
export const cellOf = (row, field) => row?.querySelector(`:scope > tr:first-child > [data-field="${field}"]`) ?? null;
export const nameOf = (row) => {
  const number = cellOf(row, "number");
  return (number && stored(number)[0]) || (cellOf(row, "title")?.textContent.trim() ?? "");
};
const main = (row) => row.rows[0];
const isBusy = (row) => row.querySelector("[data-editing], tr.edit");

/** Give the parts of the table the roles of a grid, and each row its handle. */
export function dress(root = table()) {
  if (root === table()) {
    root.setAttribute("role", "grid");
    for (const row of root.tHead.rows) row.setAttribute("role", "row");
    for (const head of root.tHead.querySelectorAll("th, td")) head.setAttribute("role", "columnheader");
    root.tHead.setAttribute("role", "rowgroup");
  }
  const bodies = root.matches?.("tbody") ? [root] : root.tBodies;
  for (const body of bodies) {
    body.setAttribute("role", "rowgroup");
    for (const row of body.rows) dressRow(row);
  }
}

function dressRow(row) {
  row.setAttribute("role", "row");
  for (const cell of row.cells) {
    cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "gridcell");
    if (!row.parentNode.matches(".act") || row !== main(row.parentNode)) continue;
    const pick = cell.querySelector(PICK);
    if (pick) addHandle(cell, row.parentNode);
    else if (!cell.hasAttribute("tabindex")) cell.tabIndex = -1;
    for (const inside of cell.querySelectorAll("a, input, button")) inside.tabIndex = -1;
    if (!pick && !("field" in cell.dataset)) cell.setAttribute("aria-readonly", "true");
  }
}

function addHandle(cell, row) {
  if (cell.querySelector(".handle")) return;
  const handle = document.createElement("button");
  Object.assign(handle, { type: "button", className: "handle", draggable: true });
  handle.setAttribute("aria-label", words.handle(nameOf(row)));
  handle.setAttribute("aria-haspopup", "dialog");
  cell.append(handle);
}

/**
 * Take in a row as it is stored now. The cell being written in, an open form and the focus stay untouched; an answer
 * older than what is shown is left alone. Gives the row in the page.
 */
export function takeRow(fresh) {
  const row = rowWith(fresh.dataset.pk);
  if (!row || Number(fresh.dataset.version) < Number(row.dataset.version)) return row;
  dress(fresh);
  rebase(row.dataset.pk, fresh.dataset.version, (field) => {
    const cell = cellOf(fresh, field);
    return cell ? stored(cell) : undefined;
  });
  const focused = document.activeElement;
  copyAttributes(fresh, row);
  takeCells(main(fresh), main(row), focused);
  takeNotes(fresh, row);
  for (const edit of pending(row.dataset.pk)) showTyped(edit);
  return row;
}

function copyAttributes(from, to) {
  const state = ["sel", "is-open", "gone"].filter((name) => to.classList.contains(name));
  for (const { name, value } of [...from.attributes]) if (to.getAttribute(name) !== value) to.setAttribute(name, value);
  to.classList.add(...state);
}

function takeCells(from, to, focused) {
  const line = [...to.attributes].find(({ name }) => name === "class");
  if (line?.value !== from.className) to.className = from.className;
  [...from.cells].forEach((cell, place) => {
    const old = to.cells[place];
    if (!old) { to.append(cell); return; }
    if ("editing" in old.dataset) { takeUnder(cell, old); return; }
    const pick = old.querySelector(PICK);
    if (pick) { keepPick(pick, cell); return; }
    cell.tabIndex = old.tabIndex;
    if (cell.isEqualNode(old)) return;
    const held = old.contains(focused);
    old.replaceWith(cell);
    if (held) cell.focus({ preventScroll: true });
  });
}

/** The stored text changes beneath the one being written. */
function takeUnder(cell, old) {
  if ("value" in cell.dataset) old.dataset.value = cell.dataset.value;
  const box = old.querySelector(":scope > .cell-box");
  for (const node of [...old.childNodes]) if (node !== box) node.remove();
  old.prepend(...cell.childNodes);
}

function keepPick(pick, cell) {
  const fresh = cell.querySelector(PICK);
  pick.value = fresh.value; // it tells the version that was seen
  pick.setAttribute("aria-label", fresh.getAttribute("aria-label"));
  pick.closest("td").querySelector(".handle")?.setAttribute("aria-label", words.handle(nameOf(cell.closest("tbody"))));
}

/** Notes that wait for an answer stay until they get one; a new one about the same field takes the place of the old. */
function takeNotes(fresh, row) {
  const incoming = notesIn(fresh);
  for (const note of notesIn(row)) {
    const isWaiting = pending(row.dataset.pk).some((edit) => edit.field === note.dataset.field);
    if (!isWaiting || incoming.some((other) => other.dataset.field === note.dataset.field)) note.remove();
  }
  main(row).after(...incoming);
}

const notesIn = (row) => [...row.querySelectorAll(":scope > tr.row-note")];
export const noteOf = (row, field) => notesIn(row).find((note) => note.dataset.field === field) ?? null;
export const removeNote = (row, field) => noteOf(row, field)?.remove();

/** Put a note below the row. ``note`` is a line of the table or what should stand in one. */
export function addNote(row, note, field = "") {
  let line = note;
  if (!note.matches("tr")) {
    line = Object.assign(document.createElement("tr"), { className: "row-note" });
    line.append(Object.assign(document.createElement("td"), { colSpan: main(row).cells.length }));
    line.cells[0].append(note);
  }
  line.dataset.field = field;
  removeNote(row, field);
  main(row).after(line);
  dress(row);
  return line;
}

/** Show what was written in its cell until the server has answered. */
export function showTyped(edit) {
  const cell = cellOf(rowWith(edit.pk), edit.field);
  if (!cell || "editing" in cell.dataset) return;
  let text = cell.querySelector(":scope > .typed");
  if (!text) {
    const under = Object.assign(document.createElement("span"), { className: "under", hidden: true });
    under.append(...cell.childNodes);
    text = Object.assign(document.createElement("span"), { className: "typed" });
    cell.append(under, text);
  }
  text.textContent = shown(edit.field, edit.values) || "–";
}

/** Show what is stored in the cell again. */
export function showStored(row, field) {
  const cell = cellOf(row, field);
  cell?.querySelector(":scope > .typed")?.remove();
  cell?.querySelector(":scope > .under")?.replaceWith(...cell.querySelector(":scope > .under").childNodes);
}

/** Take in the whole table: rows new, gone and in another order. What somebody writes in is not moved in the page. */
export function takeTable(box) {
  const place = document.getElementById(box.id);
  const fresh = box.querySelector("table.editor");
  const current = table();
  delete place.dataset.undo;
  Object.assign(place.dataset, box.dataset);
  if (!fresh || !current) {
    place.replaceChildren(...box.childNodes);
    if (fresh) dress();
    return;
  }
  const anchor = rows().find((row) => row.contains(document.activeElement)) ?? rows().find(isBusy) ?? null;
  const top = anchor?.getBoundingClientRect().top;
  const wanted = [...fresh.tBodies].map((body) => (body.matches(".act") && takeRow(body)) || body);
  for (const row of rows().filter((row) => isBusy(row) && !wanted.includes(row))) putBack(row, wanted);
  arrange(current, wanted, anchor);
  for (const node of [...place.childNodes]) if (node !== current) node.remove();
  current.before(...[...box.childNodes].filter((node) => node !== fresh && !node.contains(fresh)));
  dress();
  if (anchor?.isConnected) scrollBy(0, anchor.getBoundingClientRect().top - top);
}

/** A row that was removed while somebody writes in it stays where it is until the text is taken care of. */
function putBack(row, wanted) {
  const before = row.previousElementSibling;
  wanted.splice(wanted.indexOf(before) + 1, 0, row);
}

function arrange(current, wanted, anchor) {
  const kept = new Set(wanted);
  for (const body of [...current.tBodies]) if (!kept.has(body)) body.remove();
  const place = wanted.indexOf(anchor);
  for (const body of wanted.slice(0, Math.max(place, 0))) current.insertBefore(body, anchor);
  for (const body of wanted.slice(place + 1)) current.append(body);
}
