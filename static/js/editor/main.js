// The editor of an edition: a table that works like a spreadsheet. Without this script its links and forms do the same.
import { pairs } from "../lib/net.js";
import { isWaiting, settled, startSaving } from "../lib/saves.js";
import { editor, perform, take, tellWritten } from "./acting.js";
import { canEdit, closeCell, inBox, isWriting, openCell, typeKey } from "./cells.js";
import { startChoosing } from "./choosing.js";
import { startDragging } from "./dragging.js";
import { activeRow, focusRow, isStop, oneStop, startGrid, walk } from "./grid.js";
import { reload, startLive } from "./live.js";
import { openMenu, useKeys } from "./menu.js";
import { openRow, refreshOpen, startOpened } from "./opened.js";
import { decide, settleEdit } from "./settling.js";
import { dress, rowOf, rows, rowWith, table } from "./table.js";
import { words } from "./words.js";

const keysOff = document.getElementById("keys-off");
const opensRow = (link) => link.closest("[data-field=title], [data-field=number]");

function onClick(event) {
  const { target } = event;
  const row = rowOf(target);
  const button = target.closest("tr.row-note [data-action]");
  if (button) decide(button.dataset.action, row, button.closest("tr").dataset.field);
  else if (target.closest(".handle")) openMenu(row);
  else if (row && !target.closest("tr.edit, tr.row-note, .cell-box")) clickCell(event, target, row);
}

function clickCell(event, target, row) {
  const link = target.closest("a");
  const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  const cell = target.closest("[data-field]");
  if (link && isPlain && opensRow(link)) {
    event.preventDefault();
    openRow(row, link.matches(".talk") ? "kommentarer/" : "");
  } else if (!link && canEdit(cell) && !getSelection().toString()) openCell(cell);
}

function onKey(event) {
  if (isWriting() && inBox(event.target)) { typeKey(event); return; }
  const row = rowOf(event.target);
  if (!keysOff?.checked && row && !event.target.closest("tr.edit, tr.row-note") && useKeys(event, row)) return;
  if (walk(event)) return;
  if (isStop(event.target)) onStopKey(event, row);
}

function onStopKey(event, row) {
  const { key, target } = event;
  if (key === "ContextMenu" || (key === "F10" && event.shiftKey)) {
    event.preventDefault();
    openMenu(row);
  } else if ((key === "Enter" || key === "F2") && target.matches("td, th")) {
    event.preventDefault();
    if (canEdit(target)) openCell(target);
    else target.querySelector("a")?.click();
  }
}

/** Ctrl+Z undoes the last step, where one is not writing; in a control it belongs to the control. */
function onUndoKey(event) {
  const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
  if (!isUndo || keysOff?.checked || event.target.matches("input:not([type=checkbox]), textarea, select")) return;
  event.preventDefault();
  undo();
}

async function undo() {
  const row = activeRow();
  const place = rows().indexOf(row);
  const answer = await perform(editor.dataset.undoUrl, pairs({}));
  if (!answer || !take(answer, row) || document.activeElement !== document.body) return;
  const near = row?.isConnected ? row : rows()[Math.min(Math.max(place, 0), rows().length - 1)];
  if (near) focusRow(near);
}

function onSubmit(event) {
  if (event.target.id !== "angra") return;
  event.preventDefault();
  undo();
}

/** Leaving by a link or a form waits until what was just written is stored. */
async function holdBack(event) {
  const link = event.type === "click" && event.target.closest("a[href]:not([target], [download])");
  const isOurs = event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey;
  if (isOurs || !(link || event.type === "submit") || !isWaiting()) return;
  event.preventDefault();
  await settled();
  if (link) location.assign(link.href);
  else event.target.requestSubmit(event.submitter);
}

const placeOf = (row) => row && `${row.dataset.area} ${row.dataset.part}`;

/** Take in the answer to an edit; a row that now belongs elsewhere goes there. */
function settle(edit, answer) {
  const before = placeOf(rowWith(edit.pk));
  settleEdit(edit, answer);
  oneStop();
  refreshOpen(edit.pk);
  if (!answer.ok) return;
  tellWritten(answer);
  if (placeOf(rowWith(edit.pk)) !== before && !("sorted" in table().dataset)) reload();
}

/** The button says what it would undo, as far as that is known. */
function showUndo({ detail }) {
  const button = document.querySelector("#angra button");
  const step = detail.table ? document.getElementById("editor-table").dataset.undo : "";
  if (!button) return;
  button.disabled = detail.table && !step;
  button.title = step ? words.undo(step) : "";
}

function start() {
  if (keysOff) keysOff.closest("details").hidden = false;
  dress();
  startSaving(settle, { path: "cell/", row: "tbody.act", undecided: words.undecided });
  startGrid();
  startOpened();
  startChoosing();
  startDragging();
  startLive();
  editor.addEventListener("click", onClick);
  editor.addEventListener("keydown", onKey);
  document.addEventListener("keydown", onUndoKey);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("editor:written", showUndo);
  document.addEventListener("click", holdBack);
  document.addEventListener("submit", holdBack);
  editor.addEventListener("focusout", ({ relatedTarget }) => {
    if (isWriting() && document.hasFocus() && !inBox(relatedTarget)) closeCell();
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) closeCell(); });
}

if (editor) start();
