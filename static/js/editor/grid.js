// Moving between the cells by keyboard: one stop in the tab order, arrows from there.
import { cellOf, PICK, rowOf, rows, table } from "./table.js";

const PAGE = 10;
let active = null; // the stop that has, or last had, the focus
let column = 0; // where up and down keep to

/** The places of a row that can have the focus. */
export const stops = (row) => [...row.rows[0].querySelectorAll(`.handle, ${PICK}, td[tabindex], th[tabindex]`)];

export const activeRow = () => rowOf(active);

/** Make ``stop`` the one place that Tab leads to. */
function settle(stop) {
  if (active && active !== stop) active.tabIndex = -1;
  active = stop;
  stop.tabIndex = 0;
  column = stops(rowOf(stop)).indexOf(stop);
}

export function focusStop(stop) {
  settle(stop);
  stop.focus();
}

/** Put the focus in a row: in the cell of ``field``, else in the column where it was. */
export function focusRow(row, field) {
  const list = stops(row);
  focusStop((field && cellOf(row, field)) || list[Math.min(column, list.length - 1)] || list[0]);
}

/** The row above or below; the same row at the table's ends. */
function neighbour(row, distance) {
  const all = rows();
  return all[Math.min(Math.max(all.indexOf(row) + distance, 0), all.length - 1)];
}

/** Go one step: ``direction`` is up, down, left, right. Left and right of editable cells only go on to the next row. */
export function step(from, direction, { editable = false } = {}) {
  const row = rowOf(from);
  if (direction === "up" || direction === "down") return focusRow(neighbour(row, direction === "up" ? -1 : 1));
  const list = (editable ? rows().flatMap(stops) : stops(row)).filter((stop) => !editable || "field" in stop.dataset);
  const next = list[list.indexOf(from) + (direction === "left" ? -1 : 1)];
  return focusStop(next ?? from);
}

const KEYS = {
  ArrowUp: (stop) => step(stop, "up"),
  ArrowDown: (stop) => step(stop, "down"),
  ArrowLeft: (stop) => step(stop, "left"),
  ArrowRight: (stop) => step(stop, "right"),
  PageUp: (stop) => focusRow(neighbour(rowOf(stop), -PAGE)),
  PageDown: (stop) => focusRow(neighbour(rowOf(stop), PAGE)),
  Home: (stop, event) => focusStop(stops(event.ctrlKey ? rows()[0] : rowOf(stop))[0]),
  End: (stop, event) => focusStop(stops(event.ctrlKey ? rows().at(-1) : rowOf(stop)).at(-1)),
};

/** Obey a key pressed on a stop. Gives whether it was one of ours. */
export function walk(event) {
  const stop = event.target;
  const go = KEYS[event.key];
  if (!go || event.altKey || event.metaKey || event.shiftKey || !isStop(stop)) return false;
  event.preventDefault();
  go(stop, event);
  return true;
}

export const isStop = (node) => Boolean(rowOf(node)) && stops(rowOf(node)).includes(node);

/** The table has one stop again, also after its rows were replaced. */
export function oneStop() {
  const [first] = rows();
  if (active?.isConnected || !first) return;
  const list = stops(first);
  settle(table().querySelector('.act [tabindex="0"]') ?? list[Math.min(Math.max(column, 0), list.length - 1)]);
}

export function startGrid() {
  document.addEventListener("focusin", ({ target }) => { if (table()?.contains(target) && isStop(target)) settle(target); });
  oneStop();
}
