// The keys O, E, U and J: they act on the activity one stands in, never while one types, and can be turned off.
import { answerQuickly, goNext } from "./opening.js";
import { articleOf, openArticle } from "./page.js";

const SETTING = "rapport-tangenter"; // a setting of this browser; what is written is never kept here
const box = document.getElementById("keys-off");
const ANSWERS = { o: "unchanged", e: "not_relevant", u: "no_data" };
const TYPING = "textarea, select, input:not([type=radio], [type=checkbox], [type=button], [type=submit]), [contenteditable]";

function isOff() {
  try { return localStorage.getItem(SETTING) === "av"; } catch { return Boolean(box?.checked); }
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

export function startKeys() {
  if (box) {
    box.closest("[hidden]")?.removeAttribute("hidden");
    box.checked = isOff();
    document.documentElement.classList.toggle("keys-off", box.checked);
    box.addEventListener("change", remember);
  }
  document.addEventListener("keydown", onKey);
}
