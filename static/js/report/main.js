// The report form: one activity open at a time, saved while one writes. Without this script its links and forms do the same.
import { isWaiting, settled, startSaving } from "../lib/saves.js";
import { saveAll, startFields } from "./fields.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { answerQuickly, begin, finish, idle, openActivity, showStored } from "./opening.js";
import { articleOf, articleWith, boxOf, form, writingForm } from "./page.js";
import { decide, settleEdit, STATE } from "./settling.js";
import { words } from "./words.js";

const isPlain = (event) => !(event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);

/** Links to an activity, in its head and in the checklist, open it here. */
function onLink(event) {
  const link = event.target.closest("#report-form :is(a[data-open], a[data-close])");
  if (!link || !isPlain(event)) return;
  const pk = "close" in link.dataset ? null : new URL(link.href).searchParams.get("oppen");
  if (pk && !articleWith(pk)) return;
  event.preventDefault();
  openActivity(pk);
}

function onClick(event) {
  const button = event.target.closest(".row-note button");
  if (button) {
    event.preventDefault();
    const left = decide(button);
    if (left) showStored(left);
    return;
  }
}

/** What was answered last time, put below what is written. */
function copyLast(article) {
  const text = article.querySelector("[data-last-text]")?.textContent.trim();
  const area = boxOf(article, "text")?.querySelector("textarea");
  if (!area || !text) return;
  area.value = [area.value.trim(), text].filter(Boolean).join("\n\n");
  area.focus();
  area.dispatchEvent(new Event("change", { bubbles: true }));
}

function onSubmit(event) {
  const { target, submitter } = event;
  const article = articleOf(target);
  const isQuick = target.matches("[data-quick]");
  if (!article || !(isQuick || target === writingForm(article))) return;
  event.preventDefault();
  if (isQuick) idle().then(() => answerQuickly(articleWith(article.dataset.pk), submitter));
  else if (submitter?.name === "copy") copyLast(article);
  else if (submitter?.dataset.action === "save") saveAll();
  else finish();
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
  begin();
  startKeys();
  startLive();
  document.addEventListener("click", onLink);
  form.addEventListener("click", onClick);
  form.addEventListener("submit", onSubmit);
  document.addEventListener("click", holdBack);
  document.addEventListener("submit", holdBack);
}

if (form) start();
