// The report form: one activity open at a time, saved while one writes. Without this script its links and forms do the same.
import { isWaiting, settled, startSaving } from "../lib/saves.js";
import { readFields, saveAll, startFields } from "./fields.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { answerQuickly, finish, openActivity } from "./opening.js";
import { articleOf, articleWith, boxOf, form, openArticle, writingForm } from "./page.js";
import { decide, settleEdit, STATE } from "./settling.js";
import { words } from "./words.js";

const isPlain = (event) => !(event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);

/** Links to an activity, in its head and in the checklist, open it here. */
function onLink(event) {
  const link = event.target.closest("a[href*='oppen=']");
  if (!link || !isPlain(event)) return;
  const url = new URL(link.href);
  const pk = url.searchParams.get("oppen");
  if (!articleWith(pk)) return;
  event.preventDefault();
  openActivity(pk).then((isOpen) => { if (isOpen && link.dataset.field) focusField(pk, link.dataset.field); });
}

function focusField(pk, field) {
  boxOf(articleWith(pk), field)?.querySelector("input:not([type=hidden]), textarea, select")?.focus();
}

function onClick(event) {
  const button = event.target.closest(".row-note button");
  if (button) { event.preventDefault(); decide(button); return; }
  const copy = event.target.closest("[data-copy]");
  if (copy) copyLast(copy);
}

/** What was answered last time, put into the field it belongs to. */
function copyLast(button) {
  const box = boxOf(articleOf(button), button.dataset.copy);
  const text = button.closest(".last")?.querySelector(`[data-last="${button.dataset.copy}"]`)?.textContent.trim();
  const area = box?.querySelector("textarea");
  if (!area || !text) return;
  area.value = [area.value.trim(), text].filter(Boolean).join("\n");
  area.focus();
  area.dispatchEvent(new Event("change", { bubbles: true }));
}

function onSubmit(event) {
  const { target, submitter } = event;
  const article = articleOf(target);
  if (submitter?.name === "answer" && article) {
    event.preventDefault();
    event.stopImmediatePropagation();
    answerQuickly(article, submitter);
  } else if (target === writingForm(openArticle()) && !submitter?.formAction?.includes("bilag")) {
    event.preventDefault();
    finish();
  }
}

/** Leaving by a link or another form waits until what was just written is stored. */
async function holdBack(event) {
  const link = event.type === "click" && event.target.closest("a[href]:not([target], [download])");
  const isOurs = event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey;
  if (isOurs || !(link || event.type === "submit")) return;
  saveAll();
  if (!isWaiting()) return;
  event.preventDefault();
  await settled();
  if (link) location.assign(link.href);
  else event.target.requestSubmit(event.submitter);
}

function start() {
  startSaving(settleEdit, { path: "falt/", row: STATE, undecided: words.undecided });
  startFields();
  readFields();
  startKeys();
  startLive();
  document.addEventListener("click", onLink);
  form.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("click", holdBack);
  document.addEventListener("submit", holdBack);
}

if (form) start();
