// The keys O, E, U and J: they act on the activity one stands in, never while one types, and can be turned off.
import { answerQuickly, goNext } from "./opening.js";
import { articleOf, openArticle } from "./page.js";
import { words } from "./words.js";

const SETTING = "rapport-tangenter"; // a setting of this browser; what is written is never kept here
let box = null;
const ANSWERS = { o: "unchanged", e: "not_relevant", u: "no_data" };
const TYPING = "textarea, select, input:not([type=radio], [type=checkbox], [type=button], [type=submit]), [contenteditable]";

function isOff() {
  if (box) return box.checked;
  try { return localStorage.getItem(SETTING) === "av"; } catch { return false; }
}

function remember() {
  try { localStorage.setItem(SETTING, box.checked ? "av" : "på"); } catch { /* the box still holds for this page */ }
  document.documentElement.classList.toggle("keys-off", box.checked);
}

function onKey(event) {
  const key = event.key.toLowerCase();
  const isPlain = !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat || event.isComposing);
  if (!isPlain || isOff() || event.target.closest?.(TYPING)) return;
  const article = articleOf(document.activeElement) ?? openArticle();
  if (key === "j") goNext(article);
  else if (ANSWERS[key] && article) press(article, ANSWERS[key]);
  else return;
  event.preventDefault();
}

function press(article, answer) {
  const button = article.querySelector(`button[name=answer][value="${answer}"]`);
  if (button && !button.disabled) answerQuickly(article, button);
}

/** The keys are shown where the checklist is, with a box that turns them off. */
function showKeys() {
  const place = document.createElement("div");
  place.className = "keyhelp small";
  place.dataset.keep = "";
  const keys = document.createElement("p");
  for (const [key, word] of words.keys) {
    const one = document.createElement("span");
    one.append(Object.assign(document.createElement("kbd"), { textContent: key }), ` ${word}`);
    keys.append(one);
  }
  const wasOff = isOff();
  box = Object.assign(document.createElement("input"), { type: "checkbox", id: "keys-off", className: "ds-input", checked: wasOff });
  const label = Object.assign(document.createElement("label"), { className: "check", htmlFor: box.id });
  label.append(box, words.keysOff);
  place.append(keys, label);
  document.getElementById("checklist")?.append(place);
  box.addEventListener("change", remember);
  document.documentElement.classList.toggle("keys-off", wasOff);
}

export function startKeys() {
  if (!document.querySelector("#report-form [data-quick]")) return;
  showKeys();
  document.addEventListener("keydown", onKey);
}
