// Doing something to rows: the server answers with the table, a row or a note, and it is taken in where it belongs.
import { ask, Unreachable } from "../lib/net.js";
import { settled } from "../lib/saves.js";
import { say } from "../lib/status.js";
import { closeCell } from "./cells.js";
import { oneStop } from "./grid.js";
import { addNote, takeRow, takeTable } from "./table.js";
import { words } from "./words.js";

export const editor = document.getElementById("editor");

/** Tell the other parts that something was stored: {table} says whether the whole table came back. */
export const tellWritten = (answer, table = false) =>
  document.dispatchEvent(new CustomEvent("editor:written", { detail: { stamp: answer.stamp, table } }));

/** Ask, after everything typed is on its way. Gives the answer, or null where there was none; the page then says so. */
export async function perform(url, data) {
  closeCell();
  await settled();
  try {
    return await ask(url, { data });
  } catch (problem) {
    if (!(problem instanceof Unreachable)) throw problem;
    say(problem.message === words.signedOut ? words.signedOut : words.offline, "unsaved");
    return null;
  }
}

/** Take in what ``answer`` holds; notes go below ``row``. Gives whether it was a table or a row, and all went well. */
export function take(answer, row) {
  const told = outcomeOf(answer.body);
  const table = answer.body.querySelector("#editor-table");
  const fresh = answer.body.querySelector("tbody.act:not([data-gone])");
  const note = answer.body.querySelector(".note");
  if (table) takeTable(table);
  else if (fresh) takeRow(fresh);
  else if (note && row) addNote(row, note);
  oneStop();
  if (answer.savedAt || answer.ok) tellWritten(answer, Boolean(table));
  if (answer.ok) say(told || (answer.savedAt ? words.saved(answer.savedAt) : ""));
  else say(told || words.failed, "unsaved");
  return Boolean(answer.ok && (table || fresh));
}

/** What came of it, in words for the status line. A list of rows that were left alone stays above the table. */
function outcomeOf(body) {
  const outcome = body.querySelector("[data-outcome]");
  if (outcome && !outcome.querySelector("li")) outcome.remove();
  outcome?.removeAttribute("role"); // the status line is read out
  return outcome?.querySelector("p").textContent.trim() ?? "";
}
