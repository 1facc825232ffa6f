// Writing in a cell: the field's own control is laid over it, and what is written is saved when one leaves it.
import { controlsOf, fill, same, typed } from "../lib/controls.js";
import { begin, begunFrom, end, pending, save } from "../lib/saves.js";
import { focusStop, step } from "./grid.js";
import { nameOf, removeNote, rowOf, showTyped, table } from "./table.js";
import { stored } from "./values.js";
import { words } from "./words.js";

let writing = null; // {edit, cell, box, start}

export const isWriting = () => writing !== null;
const columnName = (field) => table().querySelector(`thead [data-column="${field}"]`)?.textContent.trim() ?? field;
const templateOf = (field) => document.getElementById(`edit-${field}`);

export const canEdit = (cell) => Boolean(cell && "field" in cell.dataset && templateOf(cell.dataset.field)
  && !rowOf(cell).matches(".gone, .frozen"));

/**
 * Open a cell for writing, with ``values`` in it where they are given, on top of ``version``. A text that is not stored
 * yet is written on.
 */
export function openCell(cell, { values, version } = {}) {
  if (!canEdit(cell)) return;
  closeCell();
  const row = rowOf(cell);
  const field = cell.dataset.field;
  const now = { values: stored(cell), was: stored(cell), version: version ?? row.dataset.version };
  const from = begunFrom(row.dataset.pk, field, now);
  const start = from.values;
  const edit = {
    pk: row.dataset.pk, url: row.dataset.url, field, was: from.was, version: from.version,
    isDirty: () => !same(typed(controlsOf(box)), start),
  };
  const box = layBox(cell, field, values ?? start);
  writing = { edit, cell, box, start };
  begin(edit);
  focusBox(box);
}

function layBox(cell, field, values) {
  const box = document.createElement("div");
  box.className = "cell-box";
  box.append(templateOf(field).content.cloneNode(true));
  const label = words.label(columnName(field), nameOf(rowOf(cell)));
  const controls = controlsOf(box);
  for (const [place, control] of controls.entries()) {
    if (control.id) {
      for (const own of box.querySelectorAll(`label[for="${control.id}"]`)) own.htmlFor = `cell-${place}`;
      control.id = `cell-${place}`;
    }
  }
  if (controls.length > 1) {
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", label);
  } else controls[0].setAttribute("aria-label", label);
  fill(box, values);
  cell.dataset.editing = "";
  cell.append(box);
  return box;
}

function focusBox(box) {
  const controls = controlsOf(box);
  const first = controls.find((control) => control.checked) ?? controls[0];
  first.focus();
  if (first.matches("textarea, input:not([type=checkbox], [type=radio])")) first.setSelectionRange?.(first.value.length, first.value.length);
  box.scrollIntoView({ block: "nearest" });
}

/** Close the open cell, saving what changed unless ``leave``. Gives the cell, or null where none was open. */
export function closeCell({ leave = false } = {}) {
  if (!writing) return null;
  const { edit, cell, box, start } = writing;
  const values = typed(controlsOf(box));
  writing = null; // first: removing the box makes it lose the focus, which would close it again
  end(edit);
  box.remove();
  delete cell.dataset.editing;
  if (!leave && !same(values, start)) {
    removeNote(rowOf(cell), edit.field);
    save({ ...edit, values });
  }
  const unsaved = pending(edit.pk).findLast((other) => other.field === edit.field);
  if (unsaved) showTyped(unsaved);
  return cell;
}

/** Keys pressed inside the open cell. */
export function typeKey(event) {
  const { box } = writing;
  const go = leaving(event);
  if (go) {
    event.preventDefault();
    const cell = closeCell({ leave: go === "stay" });
    if (go === "stay" || go === "here") focusStop(cell);
    else step(cell, go, { editable: go === "left" || go === "right" });
  } else if (["ArrowUp", "ArrowDown"].includes(event.key)) walkChoices(event, box);
}

/** Where a key leads out of the cell: stay (unchanged), here, up, down, left or right; nothing for the others. */
function leaving({ key, ctrlKey, metaKey, shiftKey, target, isComposing }) {
  if (isComposing) return null;
  if (key === "Escape") return "stay";
  if (key === "Tab") return shiftKey ? "left" : "right";
  if (key !== "Enter") return null;
  if (ctrlKey || metaKey) return "here";
  return target.matches("textarea:not([data-line])") || shiftKey ? null : "down";
}

function walkChoices(event, box) {
  if (event.target.type !== "checkbox") return;
  event.preventDefault();
  const controls = controlsOf(box);
  controls[controls.indexOf(event.target) + (event.key === "ArrowUp" ? -1 : 1)]?.focus();
}

export const inBox = (node) => Boolean(writing?.box.contains(node));
