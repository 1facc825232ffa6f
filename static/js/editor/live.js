// What the others do: who is here and where, which rows they changed, and what the checks say after each save.
import { editor } from "./acting.js";
import { activeRow, focusRow, oneStop } from "./grid.js";
import { ask, pairs, Unreachable } from "./net.js";
import { openRow, refreshOpen } from "./opened.js";
import { cellOf, rowOf, rowWith, takeRow, takeTable } from "./table.js";
import { showChosen } from "./choosing.js";
import { words } from "./words.js";

const EVERY = 10000;
const SOON = 600;
const MANY = 15;
let since = document.getElementById("presence")?.dataset.stamp ?? "";

/** Ask, and do without where the server cannot be asked now: it is asked again soon. */
async function askQuietly(url, options) {
  try {
    const answer = await ask(url, options);
    return answer.ok ? answer : null;
  } catch (problem) {
    if (problem instanceof Unreachable) return null;
    throw problem;
  }
}

async function look() {
  const here = document.hasFocus() ? rowOf(document.activeElement) ?? activeRow() : null;
  const answer = await askQuietly(editor.dataset.presenceUrl, { data: pairs({ activity: here?.dataset.pk ?? "", since }) });
  const fresh = answer?.body.querySelector("#presence");
  if (!fresh) return;
  document.getElementById("presence").replaceWith(fresh);
  since = fresh.dataset.stamp ?? since;
  markPeople(fresh);
  await follow(fresh);
}

function markPeople(presence) {
  for (const old of editor.querySelectorAll(".act .lock")) old.remove();
  for (const { dataset, textContent } of presence.querySelectorAll("[data-user][data-activity]")) {
    const cell = dataset.activity && !("me" in dataset) && cellOf(rowWith(dataset.activity), "title");
    if (!cell) continue;
    const mark = Object.assign(document.createElement("span"), { className: "lock" });
    mark.textContent = words.writes(dataset.name ?? textContent.trim());
    cell.append(mark);
  }
}

async function follow(presence) {
  const changed = [...presence.querySelectorAll("[data-changed] [data-pk]")].filter(({ dataset }) => {
    const row = rowWith(dataset.pk);
    return row && Number(row.dataset.version) < Number(dataset.version);
  });
  if ("reload" in presence.dataset || changed.length > MANY) await reload();
  else for (const { dataset } of changed) await fetchRow(rowWith(dataset.pk));
}

async function fetchRow(row) {
  const answer = await askQuietly(`${row.dataset.url}rad/`);
  const fresh = answer?.body.querySelector("tbody.act");
  if (!fresh) return;
  takeRow(fresh);
  oneStop();
  refreshOpen(fresh.dataset.pk);
}

async function reload() {
  const answer = await askQuietly(editor.dataset.editionUrl, { target: "tabell" });
  const fresh = answer?.body.querySelector("#editor-table");
  if (!fresh) return;
  takeTable(fresh);
  oneStop();
  showChosen();
}

let timer;
function checkSoon() {
  clearTimeout(timer);
  timer = setTimeout(check, SOON);
}

async function check() {
  const answer = await askQuietly(editor.dataset.checksUrl);
  const fresh = answer?.body.querySelector("#kontroller");
  const current = document.getElementById("kontroller");
  if (!fresh || !current) return;
  const held = current.contains(document.activeElement) && document.activeElement.getAttribute("href");
  current.replaceWith(fresh);
  if (held) (fresh.querySelector(`a[href="${CSS.escape(held)}"]`) ?? fresh.querySelector("a"))?.focus({ preventScroll: true });
}

/** A line of the checks leads to its cell, or to its field in the opened row where the column is not shown. */
async function jump(event) {
  const link = event.target.closest("#kontroller a[href^='#a']");
  const row = link && rowWith(link.hash.slice(2));
  if (!row) return;
  event.preventDefault();
  const { field } = link.dataset;
  if (!field || cellOf(row, field)) { focusRow(row, field ?? "title"); return; }
  await openRow(row);
  row.querySelector(`tr.edit [name="${field}"]`)?.focus();
}

export function startLive() {
  document.addEventListener("editor:written", ({ detail }) => {
    if (detail.table && detail.stamp) since = detail.stamp;
    checkSoon();
  });
  document.addEventListener("click", jump);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  setInterval(() => { if (!document.hidden) look(); }, EVERY);
  look();
}
