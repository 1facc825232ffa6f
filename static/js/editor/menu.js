// The row's menu: what can be done with a row, opened from its handle, with the keys that do the same.
import { pairs } from "../lib/net.js";
import { editor, perform, take } from "./acting.js";
import { openCell } from "./cells.js";
import { focusRow } from "./grid.js";
import { openRow } from "./opened.js";
import { cellOf, nameOf, rows, rowWith } from "./table.js";

const tools = document.getElementById("row-tools");
let menu = null;
let handle = null;

/** What each tool does with a row, and the keys that do the same. */
const TOOLS = {
  open: { keys: "Alt+Enter", use: (row) => openRow(row) },
  add: { keys: "Alt+N", use: (row) => change(row, editor.dataset.createUrl, { after: row.dataset.pk, once: once() }) },
  duplicate: { keys: "Alt+C", use: (row) => change(row, `${row.dataset.url}kopiera/`, { once: once() }) },
  up: { keys: "Alt+↑", use: (row) => change(row, `${row.dataset.url}flytta/`, { direction: "up" }) },
  down: { keys: "Alt+↓", use: (row) => change(row, `${row.dataset.url}flytta/`, { direction: "down" }) },
  move: { use: (row) => openRow(row, "", "collaboration_area") },
  comments: { use: (row) => openRow(row, "kommentarer/") },
  end: { use: (row) => openRow(row, "avsluta/") },
  delete: { use: (row) => change(row, `${row.dataset.url}ta-bort/`, { version: row.dataset.version }) },
};
const ARROWS = { "↑": "ArrowUp", "↓": "ArrowDown" };

/** A mark by which the server knows the same wish sent twice. */
const once = () => crypto.randomUUID();
const buttons = () => [...menu.querySelectorAll("[data-tool], a")];

function build() {
  const box = Object.assign(document.createElement("div"), { id: "row-menu", popover: "auto" });
  const heading = Object.assign(document.createElement("p"), { className: "row-menu__row", id: "row-menu-row" });
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-labelledby", heading.id);
  box.append(heading, tools.content.cloneNode(true));
  for (const tool of box.querySelectorAll("[data-tool]")) showKeys(tool);
  box.addEventListener("click", choose);
  box.addEventListener("keydown", walkMenu);
  box.addEventListener("toggle", ({ newState }) => handle?.setAttribute("aria-expanded", newState === "open"));
  editor.append(box);
  return box;
}

function showKeys(tool) {
  const { keys } = TOOLS[tool.dataset.tool] ?? {};
  if (!keys) return;
  const shown = Object.assign(document.createElement("kbd"), { textContent: keys });
  tool.setAttribute("aria-keyshortcuts", keys.replace(/[↑↓]/, (arrow) => ARROWS[arrow]));
  shown.setAttribute("aria-hidden", "true");
  tool.append(shown);
}

export function openMenu(row) {
  if (!tools) return;
  menu ??= build();
  handle = row.querySelector(".handle");
  menu.dataset.pk = row.dataset.pk;
  menu.querySelector(".row-menu__row").textContent = nameOf(row);
  menu.showPopover();
  place(handle.getBoundingClientRect());
  buttons()[0].focus();
}

function place(beside) {
  const { width, height } = menu.getBoundingClientRect();
  const below = beside.bottom + height < innerHeight || beside.top < height;
  menu.style.top = `${scrollY + (below ? beside.bottom : beside.top - height)}px`;
  menu.style.left = `${scrollX + Math.max(8, Math.min(beside.left, innerWidth - width - 16))}px`;
}

function walkMenu(event) {
  const all = buttons();
  const distance = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!distance) return;
  event.preventDefault();
  all[(all.indexOf(document.activeElement) + distance + all.length) % all.length].focus();
}

function choose(event) {
  const name = event.target.closest("[data-tool]")?.dataset.tool;
  const row = rowWith(menu.dataset.pk);
  if (!name) return;
  menu.hidePopover();
  if (row) TOOLS[name].use(row);
}

/** Post a change of the table's rows, and go on where it leads. */
async function change(row, url, data = {}) {
  const place = rows().indexOf(row);
  const answer = await perform(url, pairs(data));
  if (answer && take(answer, row)) goOn(row, answer.row && rowWith(answer.row), place, "after" in data);
  else if (row.isConnected) focusRow(row);
}

/** After a row was added, moved or removed: the focus goes to the new one, with it, or to its neighbour. */
function goOn(row, added, place, isNew) {
  if (added) {
    focusRow(added, "title");
    if (isNew) openCell(cellOf(added, "title"));
  } else if (row.isConnected) {
    focusRow(row);
  } else if (rows().length) focusRow(rows()[Math.min(place, rows().length - 1)]);
}

/** Obey the keys of a tool. Gives whether they were one's. */
export function useKeys(event, row) {
  const tool = Object.values(TOOLS).find(({ keys }) => keys && matches(event, keys));
  if (!tool) return false;
  event.preventDefault();
  tool.use(row);
  return true;
}

function matches(event, keys) {
  const last = keys.split("+").at(-1);
  const isHeld = event.altKey && !event.ctrlKey && !event.shiftKey && !event.metaKey;
  return isHeld && (event.key === (ARROWS[last] ?? last) || event.code === `Key${last}`);
}

/** Move a row to stand after ``after`` (empty: first) in an area and a part of it. */
export async function moveRow(row, place) {
  const answer = await perform(`${row.dataset.url}flytta/`, pairs(place));
  if (answer) take(answer, row);
  if (row.isConnected) focusRow(row);
}
