// What is written and not yet stored. Edits are sent one at a time and kept until the server has answered for them.
import { same } from "./controls.js";
import { ask, pairs, Unreachable } from "./net.js";
import { say } from "./status.js";
import { words } from "./words.js";

const WAIT = 10000;
const waiting = []; // {pk, url, field, values, version, was}; the first is under way
const unsettled = new Map(); // "pk field" → an edit that was refused or clashed, until somebody decides
const opened = new Set(); // edits still being written: an open cell, the fields of an open row
let running = false;
let wake = () => {};
let settle;
let ways;

const key = (edit) => `${edit.pk} ${edit.field}`;

/**
 * ``answered(edit, answer)`` takes in every answer the server gives. ``path`` is where an edit is sent, after its url;
 * ``row`` finds in an answer what tells the version that is stored now; ``undecided(count)`` says what is left to decide.
 */
export function startSaving(answered, { path, row, undecided }) {
  settle = answered;
  ways = { path, row, undecided };
  addEventListener("online", () => wake());
  addEventListener("focus", () => wake()); // back from the tab where one logged in again
  addEventListener("beforeunload", (event) => {
    if (waiting.length || unsettled.size || [...opened].some((edit) => edit.isDirty())) event.preventDefault();
  });
}

/** Store an edit: at once, or as soon as it can be. A later text for the same field replaces one not yet under way. */
export function save(edit) {
  unsettled.delete(key(edit));
  const place = waiting.findIndex((other, index) => (index || !running) && key(other) === key(edit));
  if (place < 0) waiting.push(edit);
  else waiting[place] = { ...edit, version: waiting[place].version, was: waiting[place].was };
  pump();
}

/** Keep an edit that waits for a decision, so that nobody leaves the page without knowing. */
export const keep = (edit) => unsettled.set(key(edit), edit);
export const decided = (pk, field) => unsettled.delete(`${pk} ${field}`);
export const undecided = (pk, field) => unsettled.get(`${pk} ${field}`);
export const isWaiting = () => waiting.length > 0;
/** Whether a later text for the same field is on its way: then that one is judged, not ``edit``. */
export const isOvertaken = (edit) => waiting.some((other) => other !== edit && key(other) === key(edit));
export const begin = (edit) => opened.add(edit);
export const end = (edit) => opened.delete(edit);
export const retryNow = () => wake();

/** Every edit of a row that is written but not stored, refused ones too. */
export const pending = (pk) => [...waiting, ...unsettled.values()].filter((edit) => edit.pk === pk);

/**
 * What a new text for a field goes on from: the text that is not stored yet, with what was stored when that was begun,
 * or else ``now``, {values, was, version} as the page shows it. What clashed goes on from where it was begun: only a
 * decision puts it on top of the other text.
 */
export function begunFrom(pk, field, now) {
  const last = pending(pk).findLast((edit) => edit.field === field);
  return last ? { values: last.values, was: last.readWas ?? last.was, version: last.readAt ?? last.version } : now;
}

/** When nothing is under way or waiting any more. */
export async function settled() {
  while (running) await new Promise((resolve) => setTimeout(resolve, 20));
}

/**
 * The row ``pk`` is now stored at ``version``. Edits that began from the same text as is stored go on from there; the
 * others keep the version they were read at, so that the server sees that two people wrote.
 * ``valueOf(field)`` is what is stored, or undefined where the row does not show it.
 */
export function rebase(pk, version, valueOf) {
  for (const edit of [...waiting.slice(running ? 1 : 0), ...unsettled.values(), ...opened]) {
    const now = edit.pk === pk ? valueOf(edit.field) : undefined;
    if (now && same(now, edit.was)) edit.version = version;
  }
}

/**
 * My own edit was stored: what I write in the same field goes on from it, and if nobody wrote in between, what I write
 * in the row's other fields too.
 */
function follow(edit, version) {
  const isNext = version === Number(edit.version) + 1;
  for (const other of [...waiting, ...opened]) {
    if (other === edit || other.pk !== edit.pk) continue;
    const isSame = other.field === edit.field;
    if (isSame) other.was = edit.values;
    if (isNext && (isSame || Number(other.version) === Number(edit.version))) other.version = version;
  }
}

async function pump() {
  if (running) return;
  running = true;
  let savedAt = null;
  while (waiting.length) {
    const [edit] = waiting;
    say(words.saving, "saving");
    try {
      const data = pairs({ field: edit.field, version: edit.version, ...(edit.inputs ?? { value: edit.values }) });
      const answer = await ask(edit.url + ways.path, { data });
      waiting.shift();
      savedAt = answer.savedAt ?? savedAt;
      const row = answer.body.querySelector(ways.row);
      if (answer.ok && row) follow(edit, Number(row.dataset.version));
      settle(edit, answer);
    } catch (problem) {
      if (!(problem instanceof Unreachable)) { running = false; throw problem; }
      say(problem.message, "unsaved");
      await pause();
    }
  }
  running = false;
  if (!unsettled.size && savedAt) say(words.saved(savedAt));
  else if (unsettled.size > 1 || savedAt) sayUndecided();
}

/** What still waits for a decision; nothing where all is saved. */
export function sayUndecided() {
  if (unsettled.size) say(ways.undecided(unsettled.size), "unsaved");
  else if (!running) say("");
}

function pause() {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, WAIT);
    wake = () => { clearTimeout(timer); resolve(); };
  });
}
