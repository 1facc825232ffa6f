// A row opened in the table: the whole activity, whose fields are saved one by one, or a form of its own.
import { original, same, typed } from "../lib/controls.js";
import { ask } from "../lib/net.js";
import { begin, begunFrom, end, pending, save } from "../lib/saves.js";
import { editor, perform, take } from "./acting.js";
import { focusRow } from "./grid.js";
import { dress, nameOf, removeNote, rowOf } from "./table.js";

const REFRESH = 400;
let fields = new Map(); // name → the edit of a field of the open activity

const openLine = () => editor.querySelector("tr.edit");
const named = (root, name) => [...root.querySelectorAll(`[name="${name}"]`)];
const NOT_OURS = new Set(["csrfmiddlewaretoken", "version", ""]);
const namesIn = (root) => [...new Set([...root.querySelectorAll("input, select, textarea")].map((control) => control.name))]
  .filter((name) => !NOT_OURS.has(name));

/** Where words stand that were never sent, in a form that is not saved field by field (a comment, a reason). */
const unsent = (line) => line?.dataset.path
  && [...line.querySelectorAll("textarea, input:not([type=hidden])")].find((control) => control.value !== control.defaultValue);

/** Show what ``path`` of the row's address gives, below the row; without a path the whole activity. */
export async function openRow(row, path = "", field = "") {
  const line = openLine();
  const isOther = line && (rowOf(line) !== row || line.dataset.path !== path);
  if (isOther && unsent(line)) { unsent(line).focus(); return; } // first send or close what is written
  if (!line || isOther) {
    closeRow({ focus: false });
    const version = row.dataset.version;
    const answer = await perform(row.dataset.url + path);
    if (!answer) return;
    if (!answer.ok) { take(answer, row); return; }
    lay(row, path, answer.body);
    if (!path) readFields(row, version);
  }
  focusIn(openLine(), field);
}

function lay(row, path, body) {
  const line = document.createElement("tr");
  line.className = "edit";
  line.dataset.path = path;
  const cell = Object.assign(document.createElement("td"), { colSpan: row.rows[0].cells.length });
  cell.append(body);
  line.append(cell);
  row.classList.add("is-open");
  row.append(line);
  dress(row);
  window.htmx?.process(cell);
}

function focusIn(line, field) {
  const first = (field && line.querySelector(`[name="${field}"]`)) || line.querySelector("input:not([type=hidden]), select, textarea, [tabindex], button");
  first?.focus();
  line.scrollIntoView({ block: "nearest" });
}

function readFields(row, version) {
  const line = openLine();
  for (const name of namesIn(line)) {
    const edit = {
      pk: row.dataset.pk, url: row.dataset.url, field: name, version, was: original(named(line, name)),
      isDirty: () => line.isConnected && !same(typed(named(line, name)), edit.was),
    };
    fields.set(name, edit);
    begin(edit);
  }
}

/** Close what is open, saving the field one stands in. */
export function closeRow({ focus = true } = {}) {
  const line = openLine();
  if (!line) return;
  const row = rowOf(line);
  if (!line.dataset.path) for (const name of fields.keys()) saveField(line, name);
  for (const edit of fields.values()) end(edit);
  fields = new Map();
  line.remove();
  row.classList.remove("is-open");
  if (focus) focusRow(row, "title");
}

function saveField(line, name) {
  const edit = fields.get(name);
  const controls = named(line, name);
  const values = typed(controls);
  const from = begunFrom(edit.pk, name, { ...edit, values: edit.was });
  if (same(values, from.values)) return;
  removeNote(rowOf(line), name);
  for (const control of controls) control.removeAttribute("aria-invalid");
  save({ ...edit, was: from.was, version: from.version, values });
}

/** Mark the field that was refused or clashed, also when it stands in the open form. */
export function markField(pk, name, isWrong) {
  const line = openLine();
  if (!line || rowOf(line).dataset.pk !== pk) return;
  for (const control of named(line, name)) control.toggleAttribute("aria-invalid", isWrong);
}

let timer;
/** The row changed while it is open: fetch the texts of the fields nobody writes in. */
export function refreshOpen(pk) {
  const line = openLine();
  if (!line || line.dataset.path || rowOf(line).dataset.pk !== pk) return;
  clearTimeout(timer);
  timer = setTimeout(() => refresh(line).catch(() => {}), REFRESH); // without contact the old texts stay
}

async function refresh(line) {
  const row = rowOf(line);
  const version = row.dataset.version;
  const answer = await ask(row.dataset.url);
  if (!answer.ok || !line.isConnected) return;
  for (const [name, edit] of fields) {
    const mine = named(line, name);
    const fresh = named(answer.body, name);
    const isBusy = mine.includes(document.activeElement) || edit.isDirty() || pending(edit.pk).some((other) => other.field === name);
    if (!fresh.length || !mine.length || isBusy) continue;
    Object.assign(edit, { was: original(fresh), version });
    const [place, other] = [mine[0], fresh[0]].map((control) => control.closest("[data-field]"));
    if (place && other) place.replaceWith(other);
  }
}

/** A form inside what is open (comments, an ending) is posted here, and its answer taken in where it belongs. */
async function submit(event) {
  const form = event.target;
  const line = form.closest("tr.edit");
  if (!line || form.hasAttribute("hx-post")) return;
  event.preventDefault();
  if (!line.dataset.path) { closeRow(); return; }
  const row = rowOf(line);
  const answer = await perform(form.getAttribute("action") || row.dataset.url + line.dataset.path, new FormData(form, event.submitter));
  if (!answer) return;
  if (answer.body.querySelector("#editor-table, tbody.act")) {
    closeRow();
    take(answer, row);
    return;
  }
  line.cells[0].replaceChildren(answer.body);
  window.htmx?.process(line);
  focusIn(line);
}

export function startOpened() {
  addEventListener("beforeunload", (event) => { if (unsent(openLine())) event.preventDefault(); });
  editor.addEventListener("change", ({ target }) => {
    const line = target.closest("tr.edit");
    if (line && !line.dataset.path && fields.has(target.name)) saveField(line, target.name);
  });
  editor.addEventListener("submit", submit);
  editor.addEventListener("click", (event) => {
    const button = event.target.closest("tr.edit [data-do=close]");
    if (button) { event.preventDefault(); closeRow(); }
  });
  editor.addEventListener("keydown", (event) => {
    const line = event.target.closest("tr.edit");
    if (line && event.key === "Escape" && !unsent(line)) closeRow();
    if (line && event.key === "Enter" && !line.dataset.path && event.target.matches("input, [data-line]")) {
      event.preventDefault(); // it would close the row
      saveField(line, event.target.name);
    }
  });
}

