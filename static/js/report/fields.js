// The open activity's fields: each is saved on its own, when one leaves it or pauses.
import { controlsOf, isChoice, original, plain, same, typed } from "../lib/controls.js";
import { begin, begunFrom, end, pending, save } from "../lib/saves.js";
import { articleOf, form, openArticle, writingForm } from "./page.js";

const PAUSE = 2000; // an answer is sent when one has not typed for so long
let fields = new Map(); // name → the edit of the field that is open for writing
let timer;

const boxes = () => [...(writingForm(openArticle())?.querySelectorAll("[data-field]") ?? [])];
const boxOfField = (name) => boxes().find((box) => box.dataset.field === name);
const own = (box) => controlsOf(box).filter((control) => control.name && control.type !== "hidden");
const isSeveral = (box) => new Set(own(box).map((control) => control.name)).size > 1;

/** What each control of ``box`` says, by name: boxes that are not ticked say nothing. */
function inputsOf(box, isStored = false) {
  const pairs = own(box).flatMap((control) => {
    if (isChoice(control)) return (isStored ? control.defaultChecked : control.checked) ? [[control.name, control.value]] : [];
    return [[control.name, plain(isStored ? control.defaultValue : control.value)]];
  });
  return Object.fromEntries(pairs);
}

const listed = (inputs) => Object.entries(inputs).filter(([, value]) => value).map(([name, value]) => `${name}=${value}`);

/** What is written in the field's box now, and what was stored when the page was made. */
const written = (box) => (isSeveral(box) ? listed(inputsOf(box)) : typed(own(box)));
const storedIn = (box) => (isSeveral(box) ? listed(inputsOf(box, true)) : original(own(box)));

/** Begin to watch the fields of the open article; what is not stored yet since before is shown in them. */
export function readFields() {
  for (const edit of fields.values()) end(edit);
  fields = new Map();
  const article = openArticle();
  for (const box of boxes()) if (own(box).length) watch(article, box);
}

function watch(article, box) {
  const { pk, url, version } = article.dataset;
  const field = box.dataset.field;
  const edit = {
    pk, url, field, version, was: storedIn(box),
    isDirty: () => { const now = boxOfField(field); return Boolean(now) && !same(written(now), edit.was); },
  };
  const unsaved = pending(pk).findLast((other) => other.field === field);
  if (unsaved) show(box, unsaved.values, unsaved.inputs);
  fields.set(field, edit);
  begin(edit);
}

/** Write ``values`` into the box; ``inputs`` where it has controls of several names. */
export function show(box, values, inputs) {
  for (const control of own(box)) {
    const value = inputs ? inputs[control.name] : values[0];
    if (isChoice(control)) control.checked = inputs ? control.value === value : values.includes(control.value);
    else control.value = value ?? "";
  }
}

/** Save the field that ``box`` holds, if it says something else than what is stored or on its way. */
export function saveField(box) {
  const edit = fields.get(box.dataset.field);
  if (!edit) return;
  const values = written(box);
  const from = begunFrom(edit.pk, edit.field, { ...edit, values: edit.was });
  if (same(values, from.values)) return;
  removeNote(box);
  save({ ...edit, was: from.was, version: from.version, values, inputs: isSeveral(box) ? inputsOf(box) : undefined });
}

/** Save everything that is written in the open article. */
export function saveAll() {
  clearTimeout(timer);
  for (const box of boxes()) saveField(box);
}

/** What the fields go on from after the server has stored, or somebody has chosen, something else. */
export function goOnFrom(pk, field, { was, version }) {
  const edit = fields.get(field);
  if (edit?.pk === pk) Object.assign(edit, { was, version });
}

/** Show the field as ``fresh`` draws it, instead of what is written. */
export function showAgain(fresh, field) {
  const other = writingForm(fresh)?.querySelector(`[data-field="${field}"]`);
  const [box, edit] = [boxOfField(field), fields.get(field)];
  if (!other || !box || !edit) return;
  Object.assign(edit, { was: storedIn(other), version: fresh.dataset.version });
  show(box, storedIn(other), isSeveral(other) ? inputsOf(other, true) : undefined);
}

/** A newer drawing of the open article: fields nobody writes in are shown as they are stored now. */
export function refreshFields(fresh) {
  for (const box of boxes()) {
    const other = writingForm(fresh)?.querySelector(`[data-field="${box.dataset.field}"]`);
    const edit = fields.get(box.dataset.field);
    const isBusy = box.contains(document.activeElement) && document.activeElement.matches("input:not([type=radio], [type=checkbox]), textarea");
    if (!other || !edit || edit.isDirty() || pending(edit.pk).some((one) => one.field === edit.field)) continue;
    if (isBusy && !same(storedIn(other), edit.was)) continue; // the server tells when it is saved
    const isSame = same(storedIn(other), edit.was);
    Object.assign(edit, { was: storedIn(other), version: fresh.dataset.version });
    if (!isSame) show(box, storedIn(other), isSeveral(other) ? inputsOf(other, true) : undefined);
  }
}

/** The note at a field: what the server said about it. */
export const noteOf = (box) => box.querySelector(":scope > .row-note");

export function removeNote(box) {
  noteOf(box)?.remove();
  for (const control of own(box)) {
    control.removeAttribute("aria-invalid");
    if (control.dataset.described !== undefined) {
      if (control.dataset.described) control.setAttribute("aria-describedby", control.dataset.described);
      else control.removeAttribute("aria-describedby");
      delete control.dataset.described;
    }
  }
}

/** Put ``note`` at the field and let its controls point at it. */
export function addNote(box, note) {
  removeNote(box);
  note.classList.add("row-note");
  note.id = `note-${articleOf(box).dataset.pk}-${box.dataset.field}`;
  box.append(note);
  for (const control of own(box)) {
    control.dataset.described = control.getAttribute("aria-describedby") ?? "";
    control.setAttribute("aria-describedby", `${control.dataset.described} ${note.id}`.trim());
    control.setAttribute("aria-invalid", "true");
  }
}

/** Of each group either a count or that it is missing; the sum follows. */
function mindNumbers(target, box) {
  const [, group, isMissing] = target.name.match(/^numbers_([a-z]+?)(_missing)?$/) ?? [];
  const other = group && box.querySelector(`[name="numbers_${group}${isMissing ? "" : "_missing"}"]`);
  if (isMissing && target.checked) other.value = "";
  else if (!isMissing && other && target.value.trim()) other.checked = false;
  const sum = box.querySelector("[data-sum]");
  const counts = own(box).filter((control) => !isChoice(control) && control.name !== "numbers_total")
    .map((control) => control.value.replace(/\s/g, "")).filter(Boolean);
  if (sum && counts.every((count) => /^\d+$/.test(count))) {
    sum.textContent = counts.length ? counts.reduce((total, count) => total + Number(count), 0) : "–";
  }
}

const boxAround = (node) => node.closest?.("form.act__form [data-field]") ?? null;

export function startFields() {
  form.addEventListener("change", ({ target }) => {
    const box = boxAround(target);
    if (box && !isSeveral(box)) saveField(box);
  });
  form.addEventListener("focusout", ({ target, relatedTarget }) => {
    const box = boxAround(target);
    if (box && isSeveral(box) && !box.contains(relatedTarget)) saveField(box); // the counts are judged together
  });
  form.addEventListener("input", ({ target }) => {
    const box = boxAround(target);
    if (!box) return;
    if (box.dataset.field === "numbers") mindNumbers(target, box);
    clearTimeout(timer);
    if (!isChoice(target) || isSeveral(box)) timer = setTimeout(saveField, isSeveral(box) ? 4 * PAUSE : PAUSE, box);
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) saveAll(); });
  addEventListener("pagehide", saveAll);
}
