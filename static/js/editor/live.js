// What the others do: who is here and where, which rows they changed, and what the checks say after each save.
import { ask, pairs, Unreachable } from "../lib/net.js";
import { editor } from "./acting.js";
import { showChosen } from "./choosing.js";
import { activeRow, focusRow, oneStop } from "./grid.js";
import { openRow, refreshOpen } from "./opened.js";
import { cellOf, rowOf, rowWith, takeRow, takeTable } from "./table.js";
import { words } from "./words.js";

const EVERY = 10000;
const SOON = 600;
const MANY = 15;
let since = document.getElementById("editor-table").dataset.stamp ?? "";

/** Ask, and do without where the server cannot be asked now: it is asked again soon. */
async function askQuietly(url, options) {
  if (!url) return null;
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
  if (!answer) return;
  const changed = answer.body.querySelector("[data-changed]");
  const people = document.getElementById("editor-presence");
  people.replaceChildren(answer.body);
  since = changed?.dataset.stamp ?? since;
  markPeople(people);
  if (changed) await follow(changed);
}

function markPeople(people) {
  for (const old of editor.querySelectorAll(".act .lock")) old.remove();
  for (const { dataset } of people.querySelectorAll("[data-user]")) {
    const cell = dataset.activity && cellOf(rowWith(dataset.activity), "title");
    if (!cell) continue;
    const mark = Object.assign(document.createElement("span"), { className: "lock" });
    mark.textContent = words.writes(dataset.name);
    cell.append(mark);
  }
}

async function follow(changed) {
  const behind = [...changed.querySelectorAll("[data-pk]")].map(({ dataset }) => [rowWith(dataset.pk), Number(dataset.version)])
    .filter(([row, version]) => row && Number(row.dataset.version) < version);
  if ("reload" in changed.dataset || behind.length > MANY) await reload();
  else for (const [row] of behind) await fetchRow(row);
}

async function fetchRow(row) {
  const answer = await askQuietly(`${row.dataset.url}rad/`);
  const fresh = answer?.body.querySelector("tbody.act");
  if (!fresh) return;
  takeRow(fresh);
  oneStop();
  refreshOpen(fresh.dataset.pk);
}

/** Fetch the whole table, as it stands now. */
export async function reload() {
  const answer = await askQuietly(editor.dataset.editUrl);
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
  if (!answer) return;
  const panel = document.getElementById("editor-checks");
  const held = panel.contains(document.activeElement) && document.activeElement.getAttribute("href");
  panel.replaceChildren(answer.body);
  if (held) (panel.querySelector(`a[href="${CSS.escape(held)}"]`) ?? panel.querySelector("a"))?.focus({ preventScroll: true });
}

/** A line of the checks leads to its cell, or to its field in the opened row where the column is not shown. */
async function jump(event) {
  const link = event.target.closest("#editor-checks a[href^='#a']");
  const row = link && rowWith(link.hash.slice(2));
  if (!row) return;
  event.preventDefault();
  const { field } = link.dataset;
  if (!field || cellOf(row, field)) focusRow(row, field || "title");
  else if (field.startsWith("ending")) await openRow(row, "avsluta/", field);
  else await openRow(row, "", field);
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
