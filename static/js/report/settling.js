// What the server answers to a field: stored, refused, written by two at once, or too late. Nothing typed is lost.
import { same } from "../lib/controls.js";
import { decided, isOvertaken, keep, rebase, save, sayUndecided, undecided } from "../lib/saves.js";
import { say } from "../lib/status.js";
import { addNote, goOnFrom, removeNote, show } from "./fields.js";
import { articleOf, articleWith, boxOf, nameOf, takeParts } from "./page.js";
import { words } from "./words.js";

const TRIES = 5;
export const STATE = "[data-pk][data-version]"; // what in an answer tells the version that is stored now

/** Take in the answer to ``edit``. */
export function settleEdit(edit, answer) {
  const state = answer.body.querySelector(STATE);
  if (answer.ok && state) {
    const { version } = state.dataset;
    decided(edit.pk, edit.field);
    rebase(edit.pk, version, (field) => (field === edit.field ? edit.values : undefined));
    takeState(articleWith(edit.pk), state);
    goOnFrom(edit.pk, edit.field, { was: edit.values, version });
  } else if (isOvertaken(edit)) return; // the later text is judged
  else if (answer.status === 409 && answer.body.querySelector("[data-action=keep-mine]")) clash(edit, answer);
  else if (answer.status === 422) refuse(edit, answer);
  else lose(edit, answer);
  if (answer.ok) takeParts(answer.body);
}

/** The row's state as it is stored now: its version, its mark, and at each field what is missing there. */
export function takeState(article, state) {
  const old = article?.querySelector(".act__state");
  if (!old || Number(state.dataset.version) < Number(article.dataset.version)) return;
  const seen = Number(article.dataset.seen ?? article.dataset.version); // up to here all fields are as they are shown
  article.dataset.seen = Number(state.dataset.version) === seen + 1 ? seen + 1 : seen;
  article.dataset.version = state.dataset.version;
  for (const input of article.querySelectorAll("input[name=version]")) input.value = state.dataset.version;
  old.replaceWith(state);
  markMissing(article);
}

/** Say at each field of the open article that something is missing there. */
export function markMissing(article) {
  for (const old of article.querySelectorAll("[data-field] > .missing")) old.remove();
  for (const lack of [...article.querySelectorAll(".act__lacks[data-missing]")]) {
    const box = boxOf(article, lack.dataset.missing);
    if (!box) continue;
    const mark = document.createElement("p");
    mark.className = "missing";
    mark.append(...lack.childNodes);
    lack.remove();
    if (lack.dataset.missing !== "status") box.append(mark); // that nothing is chosen yet is seen without words
  }
}

/** A colleague wrote in the same field: both texts are shown, unless theirs is what mine went on from. */
function clash(edit, answer) {
  const note = answer.body.querySelector(".row-note");
  const { stored, version } = note.dataset;
  const theirs = boxOf(articleWith(edit.pk), edit.field)?.querySelector("textarea") ? [stored] : null; // others are fetched
  const again = { ...edit, version, tries: (edit.tries ?? 0) + 1 };
  if (theirs && same(theirs, edit.was) && again.tries <= TRIES) { save(again); return; }
  keep({ ...again, theirs, tries: 0, was: theirs ?? edit.was, readAt: edit.readAt ?? edit.version, readWas: edit.readWas ?? edit.was });
  place(edit, note);
  if (theirs) note.querySelector("[data-action=take-theirs]").after(" ", actionButton("merge", words.merge));
  say(words.clash(name(edit)), "unsaved");
}

function refuse(edit, answer) {
  keep(edit);
  place(edit, answer.body.querySelector(".row-note") ?? ownNote(edit));
  say(words.refused(name(edit)), "unsaved");
}

/** Gone, closed or no longer mine: what I wrote stays in its place, to be copied. */
function lose(edit, answer) {
  keep(edit);
  const note = answer.body.querySelector(".row-note, .note") ?? ownNote(edit);
  place(edit, note);
  (note.querySelector(".note") ?? note).append(actionButton("close", words.close));
  say(words.lost(name(edit)), "unsaved");
}

const name = (edit) => { const article = articleWith(edit.pk); return article ? nameOf(article) : ""; };

/** Show ``note`` at the field; where the activity is closed by now, above its head's end. */
function place(edit, note) {
  const article = articleWith(edit.pk);
  const box = boxOf(article, edit.field);
  if (!article || !note) return;
  note.dataset.field = edit.field;
  if (box) { addNote(box, note); return; }
  article.querySelector(`:scope > .row-note[data-field="${edit.field}"]`)?.remove();
  note.classList.add("row-note");
  article.append(note);
}

function ownNote(edit) {
  const note = Object.assign(document.createElement("div"), { className: "note note--bad" });
  note.append(
    Object.assign(document.createElement("p"), { textContent: words.lostNote }),
    Object.assign(document.createElement("p"), { className: "mine", textContent: edit.values.join("\n") }),
  );
  return note;
}

function actionButton(action, text) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
  button.className = "ds-button ds-button--small";
  Object.assign(button.dataset, { action, variant: "secondary" });
  return button;
}

/**
 * Obey a button of a note: keep-mine, take-theirs, merge, not-personal (save all the same) or close. Gives the key and field
 * of what has to be fetched to be shown as it is stored, null where nothing has.
 */
export function decide(button) {
  const note = button.closest(".row-note");
  const article = articleOf(button);
  const { pk } = article.dataset;
  const { field } = note.dataset;
  const edit = undecided(pk, field);
  const box = boxOf(article, field);
  decided(pk, field);
  if (box) removeNote(box);
  else note.remove();
  if (edit) act(button, edit, box);
  sayUndecided();
  return edit && button.dataset.action === "take-theirs" && !edit.theirs ? { pk, field } : null;
}

function act(button, edit, box) {
  const { action } = button.dataset;
  const control = box?.querySelector("textarea, input:checked, input, select");
  if (action === "keep-mine") save({ ...edit, readAt: undefined, readWas: undefined });
  else if (action === "not-personal") save({ ...edit, inputs: { value: edit.values, not_personal: "on" } });
  else if (action === "take-theirs" && edit.theirs) {
    goOnFrom(edit.pk, edit.field, { was: edit.theirs, version: edit.version });
    if (box) show(box, edit.theirs);
  } else if (action === "merge" && edit.theirs && box) {
    goOnFrom(edit.pk, edit.field, { was: edit.theirs, version: edit.version });
    show(box, [[...edit.values, ...edit.theirs].filter(Boolean).join("\n")]);
  }
  control?.focus();
}

/** Whether a field of the article waits for somebody to decide; then focus it. */
export function goToNote(article) {
  const note = article.querySelector(".row-note");
  note?.parentNode.querySelector("textarea, input, select, button")?.focus();
  return Boolean(note);
}
