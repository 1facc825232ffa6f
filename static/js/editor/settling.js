// What the server answers to an edit: stored, refused, written by two at once, or the row is gone. Nothing typed is lost.
import { same } from "../lib/controls.js";
import { decided, isOvertaken, keep, save, sayUndecided, undecided } from "../lib/saves.js";
import { say } from "../lib/status.js";
import { openCell } from "./cells.js";
import { focusStop } from "./grid.js";
import { addNote, cellOf, nameOf, noteOf, removeNote, rowWith, showStored, showTyped, takeRow } from "./table.js";
import { stored } from "./values.js";
import { words } from "./words.js";

const TRIES = 9; // how often my text is sent again because others write in the row's other fields

/** Take in the answer to ``edit``. */
export function settleEdit(edit, answer) {
  const fresh = answer.body.querySelector("tbody.act");
  if (fresh && isOvertaken(edit)) noteOf(fresh, edit.field)?.remove();
  if (fresh && (answer.ok || (isOvertaken(edit) && answer.status !== 404))) {
    decided(edit.pk, edit.field);
    takeRow(fresh);
  } else if (answer.status === 409 && fresh) clash(edit, fresh);
  else if (answer.status === 422 && fresh) refuse(edit, fresh);
  else if (answer.status === 404) lose(edit, answer);
  else forbid(edit, answer);
}

/** Two people wrote in the row. Where they wrote in different fields mine is sent again, else both texts are shown. */
function clash(edit, fresh) {
  const note = noteOf(fresh, edit.field);
  const cell = cellOf(fresh, edit.field);
  const theirs = cell ? stored(cell) : "stored" in (note?.dataset ?? {}) ? [note.dataset.stored] : null;
  const again = { ...edit, version: fresh.dataset.version, tries: (edit.tries ?? 0) + 1 };
  if (note?.dataset.version && note.dataset.version !== fresh.dataset.version && again.tries <= TRIES) {
    save({ ...again, version: edit.version }); // the row went on after the note was written: ask for one of both as they are
    return;
  }
  const isStored = theirs && same(theirs, edit.values);
  const isElsewhere = theirs && same(theirs, edit.was) && again.tries <= TRIES;
  if (isStored || isElsewhere) {
    note?.remove();
    takeRow(fresh);
    if (!isStored) save(again);
    return;
  }
  keep({ ...again, was: theirs ?? edit.was, theirs, tries: 0, readAt: edit.readAt ?? edit.version, readWas: edit.readWas ?? edit.was });
  const row = takeRow(fresh);
  offerMerge(row, edit.field, theirs);
  say(words.clash(nameOf(row)), "unsaved");
}

function offerMerge(row, field, theirs) {
  const isText = document.getElementById(`edit-${field}`)?.content.querySelector("textarea, input:not([type])");
  const after = noteOf(row, field)?.querySelector("[data-action=take-theirs]");
  if (isText && theirs && after) after.after(" ", actionButton("merge", words.merge));
}

function refuse(edit, fresh) {
  const cell = cellOf(fresh, edit.field);
  keep({ ...edit, was: cell ? stored(cell) : edit.was });
  const row = takeRow(fresh);
  noteOf(row, edit.field)?.querySelector(".note")?.append(actionButton("take-theirs", words.restore));
  say(words.refused(nameOf(row)), "unsaved");
}

/** The row was removed by somebody else: what I wrote stays in its place, to be copied. */
function lose(edit, answer) {
  const row = rowWith(edit.pk);
  keep(edit);
  if (!row) return;
  row.classList.add("gone");
  attach(row, answer, edit, words.goneNote);
  say(words.gone(nameOf(row)), "unsaved");
}

function forbid(edit, answer) {
  const row = rowWith(edit.pk);
  keep(edit);
  if (row) attach(row, answer, edit, words.forbidden);
  say(words.forbidden, "unsaved");
}

/** Show the server's note about ``edit``, or our own where it sent none. */
function attach(row, answer, edit, text) {
  const line = answer.body.querySelector("tr.row-note");
  const note = line ?? answer.body.querySelector(".note") ?? ownNote(text, edit.values.join("\n"));
  const placed = addNote(row, note, edit.field);
  placed.querySelector(".note")?.append(actionButton("close", words.close));
}

function ownNote(text, mine) {
  const note = Object.assign(document.createElement("div"), { className: "note note--bad" });
  note.append(
    Object.assign(document.createElement("p"), { textContent: text }),
    Object.assign(document.createElement("p"), { className: "mine", textContent: mine }),
  );
  return note;
}

function actionButton(action, text) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
  button.className = "ds-button ds-button--small";
  Object.assign(button.dataset, { action, variant: "secondary" });
  return button;
}

/** Obey a button of a note: keep-mine (Behåll min), take-theirs (Ta deras), merge (Sätt ihop), close (Stäng). */
export function decide(action, row, field) {
  const edit = undecided(row.dataset.pk, field);
  const cell = cellOf(row, field);
  decided(row.dataset.pk, field);
  removeNote(row, field);
  sayUndecided();
  if (row.matches(".gone")) {
    row.remove();
    return;
  }
  if (action === "keep-mine" && edit) {
    save({ ...edit, readAt: undefined, readWas: undefined });
    showTyped(edit);
  } else showStored(row, field);
  if (action === "merge" && edit) {
    openCell(cell, { values: [[...edit.values, ...edit.theirs].filter(Boolean).join("\n")], version: edit.version });
  }
  else if (cell) focusStop(cell);
}
