// The row's menu: what can be done with a row, opened from its handle, with the keys that do the same.
import { editor, perform, take } from "./acting.js";
import { openCell } from "./cells.js";
import { focusRow } from "./grid.js";
import { pairs } from "./net.js";
import { openRow } from "./opened.js";
import { cellOf, nameOf, rows, rowWith } from "./table.js";
import { say } from "./status.js";
import { words } from "./words.js";

const ARROWS = { "↑": "ArrowUp", "↓": "ArrowDown" };
const tools = document.getElementById("row-tools");
let menu = null;
let handle = null;

const toolsIn = (root) => [...root.querySelectorAll("[data-do], [data-path], [data-post], [data-open], [data-href]")];

function build() {
  const box = Object.assign(document.createElement("div"), { id: "row-menu", popover: "auto" });
  const heading = Object.assign(document.createElement("p"), { className: "row-menu__row", id: "row-menu-row" });
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-labelledby", heading.id);
  box.append(heading, tools.content.cloneNode(true));
  for (const tool of toolsIn(box)) if (tool.dataset.keys) tool.append(keysOf(tool.dataset.keys));
  box.addEventListener("click", choose);
  box.addEventListener("keydown", walkMenu);
  box.addEventListener("toggle", ({ newState }) => handle?.setAttribute("aria-expanded", newState === "open"));
  editor.append(box);
  return box;
}

function keysOf(keys) {
  const shown = Object.assign(document.createElement("kbd"), { textContent: keys });
  shown.setAttribute("aria-hidden", "true");
  return shown;
}

export function openMenu(row) {
  if (!tools) return;
  menu ??= build();
  handle = row.querySelector(".handle");
  menu.dataset.pk = row.dataset.pk;
  menu.querySelector(".row-menu__row").textContent = nameOf(row);
  for (const link of menu.querySelectorAll("[data-href]")) link.href = row.dataset.url + link.dataset.href;
  menu.showPopover();
  place(handle.getBoundingClientRect());
  toolsIn(menu)[0].focus();
}

function place(beside) {
  const { width, height } = menu.getBoundingClientRect();
  const below = beside.bottom + height < innerHeight || beside.top < height;
  menu.style.top = `${scrollY + (below ? beside.bottom : beside.top - height)}px`;
  menu.style.left = `${scrollX + Math.max(8, Math.min(beside.left, innerWidth - width - 16))}px`;
}

function walkMenu(event) {
  const all = toolsIn(menu);
  const distance = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!distance || event.target.matches("select, input")) return;
  event.preventDefault();
  all[(all.indexOf(document.activeElement) + distance + all.length) % all.length].focus();
}

function choose(event) {
  const tool = event.target.closest("[data-do], [data-path], [data-post], [data-open]");
  if (!tool) return;
  event.preventDefault();
  const row = rowWith(menu.dataset.pk);
  menu.hidePopover();
  if (row) use(tool, row);
}

/** Do what a tool says with the row. */
async function use(tool, row) {
  const { dataset } = tool;
  if (dataset.do === "open") return openRow(row);
  if ("open" in dataset) return openRow(row, dataset.open);
  const data = pairs(tool.name ? { [tool.name]: dataset.post ? row.dataset.pk : tool.value } : {});
  const before = new Set(rows().map((one) => one.dataset.pk));
  const place = rows().indexOf(row);
  const answer = await perform(dataset.post ?? row.dataset.url + dataset.path, data);
  if (!answer || !take(answer, row)) return focusRow(rowWith(row.dataset.pk) ?? row);
  return goOn(row, rows().find((one) => !before.has(one.dataset.pk)), place, Boolean(dataset.post));
}

/** After a row was added, moved or removed: the focus goes to the new one, with it, or to its neighbour. */
function goOn(row, added, place, isNew) {
  if (added) {
    focusRow(added, "title");
    if (isNew) openCell(cellOf(added, "title"));
  } else if (row.isConnected) {
    focusRow(row);
    say(words.moved(nameOf(row)));
  } else if (rows().length) focusRow(rows()[Math.min(place, rows().length - 1)]);
}

/** Obey the keys written on a tool. Gives whether they were one's. */
export function useKeys(event, row) {
  const tool = tools && toolsIn(tools.content).find(({ dataset }) => dataset.keys && matches(event, dataset.keys));
  if (!tool) return false;
  event.preventDefault();
  use(tool, row);
  return true;
}

function matches(event, keys) {
  const parts = keys.split("+");
  const last = parts.pop().trim();
  const held = (name) => parts.some((part) => part.trim().toLowerCase() === name);
  return event.altKey === held("alt") && event.ctrlKey === held("ctrl") && event.shiftKey === held("shift")
    && (event.key === (ARROWS[last] ?? last) || event.code === `Key${last.toUpperCase()}`);
}

/** Move a row to stand after ``after`` (empty: first) in an area and a part of it. */
export async function moveRow(row, place) {
  const answer = await perform(`${row.dataset.url}flytta/`, pairs(place));
  if (answer && take(answer, row)) say(words.moved(nameOf(row)));
  if (row.isConnected) focusRow(row);
}
