// Opening one activity at a time, answering it with one key, and going on to the next that needs something.
import { pairs, ask, Unreachable } from "../lib/net.js";
import { pending, settled } from "../lib/saves.js";
import { say } from "../lib/status.js";
import { readFields, refreshFields, saveAll, showAgain } from "./fields.js";
import { articles, articleWith, form, isTodo, nameOf, nextTodo, openArticle, replaceArticle, takeParts, titleOf, writingForm } from "./page.js";
import { goToNote, markMissing, takeState } from "./settling.js";
import { words } from "./words.js";

const PATIENCE = 4000; // after so long without contact one is left where one stands

/** Save what is written in the open article. Gives whether all of it is stored. */
async function store() {
  saveAll();
  await Promise.race([settled(), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  const open = openArticle();
  if (!open || !pending(open.dataset.pk).length) return true;
  goToNote(open);
  return false;
}

/** Ask, and say so where there was no contact. */
async function askOrSay(url, options) {
  try {
    return await ask(url, options);
  } catch (problem) {
    if (!(problem instanceof Unreachable)) throw problem;
    say(problem.message === words.signedOut ? words.signedOut : words.offline, "unsaved");
    return null;
  }
}

/** The address of the form, with the activity open; without one where none is. */
function address(pk, name = "oppen") {
  const url = new URL(form.dataset.url, location.href);
  if (pk) url.searchParams.set(name, pk);
  return url;
}

/** Take in the articles of an answer; the one being written in is only brought up to date, unless it is ``closing``. */
function takeArticles(body, { closing = null } = {}) {
  for (const fresh of [...body.querySelectorAll("article.act[data-pk]")]) {
    const old = articleWith(fresh.dataset.pk);
    if (!old) continue;
    if (writingForm(old) && fresh.dataset.pk !== closing) {
      if (writingForm(fresh)) refreshFields(fresh);
      const state = fresh.querySelector(".act__state");
      if (state) takeState(old, state);
      old.dataset.seen = old.dataset.version;
    } else replaceArticle(fresh);
  }
  takeParts(body);
}

/** Open an activity, and close the one that was open. Gives whether it is open. */
export async function openActivity(pk, { focus = true } = {}) {
  const former = openArticle()?.dataset.pk;
  if (former === pk) { focusFirst(articleWith(pk)); return true; }
  return whileBusy(() => change(pk, former, focus));
}

/** Do something that changes what is open; meanwhile no key answers anything. */
async function whileBusy(act) {
  if (form.dataset.busy) return false;
  form.dataset.busy = "1";
  try {
    return await act();
  } finally {
    delete form.dataset.busy;
  }
}

/** When what is being opened is open: a button that says which activity it means is answered then, and not dropped. */
export async function idle() {
  while (form.dataset.busy) await new Promise((done) => setTimeout(done, 50));
}

async function change(pk, former, focus) {
  if (!await store()) return false;
  const wanted = [[pk, "oppen"], [former, "rad"]].filter(([one]) => one);
  const answers = await Promise.all(wanted.map(([one, name]) => askOrSay(address(one, name), { isWhole: true })));
  if (!answers.every((answer) => answer?.ok)) return false;
  for (const { body } of answers) takeArticles(body, { closing: former });
  history.replaceState(null, "", address(pk));
  begin();
  if (focus) focusFirst(articleWith(pk ?? former));
  return true;
}

/** Begin to watch what is open. */
export function begin() {
  readFields();
  const article = openArticle();
  if (!article) return;
  markMissing(article);
  article.querySelector(".act__foot [data-action=save]")?.remove(); // it saves by itself
  foldLast(article.querySelector(".last"));
}

/** On a phone the last answer takes two lines until one asks for all of it. */
function foldLast(last) {
  if (!last || last.querySelector(".last__more")) return;
  const more = Object.assign(document.createElement("button"), { type: "button", className: "ds-button ds-button--small last__more" });
  const show = (isAll) => {
    last.classList.toggle("is-folded", !isAll);
    more.setAttribute("aria-expanded", isAll);
    more.textContent = isAll ? words.less : words.more;
  };
  more.dataset.variant = "tertiary";
  more.addEventListener("click", () => show(last.matches(".is-folded")));
  show(false);
  last.append(more);
}

/** Fetch activities that others have changed, and take them in. */
export async function fetchArticles(pks) {
  const open = openArticle()?.dataset.pk;
  for (const pk of pks) {
    const answer = await ask(address(pk, pk === open ? "oppen" : "rad"), { isWhole: true });
    if (answer.ok) takeArticles(answer.body);
  }
}

/** Show a field as it is stored, instead of what is written in it. */
export async function showStored({ pk, field }) {
  const answer = await askOrSay(address(pk), { isWhole: true });
  const fresh = answer?.body.querySelector("article.act");
  if (!answer?.ok || !fresh) return;
  showAgain(fresh, field);
  takeArticles(answer.body);
}

/** Put the focus at the first thing that is unanswered, or at the title of what is closed. */
function focusFirst(article) {
  const writing = writingForm(article);
  const missing = writing?.querySelector("[data-field]:has(> .missing) :is(input, textarea, select):not([type=hidden])");
  const status = writing?.querySelector("[name=status]:checked, [name=status]");
  const place = missing ?? status ?? titleOf(article);
  place.focus({ preventScroll: true });
  const top = article.getBoundingClientRect().top;
  if (top < 0 || top > innerHeight / 2) article.scrollIntoView({ block: "start" });
}

/** After ``article``: the next that needs something, or the way to hand in. */
export function goOn(article) {
  const next = nextTodo(article);
  if (next) {
    titleOf(next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    return words.answered(nameOf(article), nameOf(next));
  }
  const hand = document.querySelector("#checklist :is(a.ds-button, button)");
  hand?.focus({ preventScroll: true });
  hand?.scrollIntoView({ block: "nearest" });
  return words.allDone;
}

/** Answer an activity by one of its quick buttons. */
export async function answerQuickly(article, button) {
  const isAnswered = await whileBusy(async () => {
    if (writingForm(article) && !await store()) return false;
    const data = pairs({ answer: button.value, version: article.dataset.version });
    const answer = await askOrSay(`${article.dataset.url}snabbsvar/`, { data });
    return Boolean(answer) && takeQuick(article, answer);
  });
  const fresh = articleWith(article.dataset.pk);
  if (!isAnswered) return;
  if (isTodo(fresh)) openActivity(fresh.dataset.pk); // numbers, or a day that has been, are asked for all the same
  else tell(goOn(fresh));
}

/** Take in the answer to a quick answer. Gives whether it was one. */
function takeQuick(article, answer) {
  const { pk } = article.dataset;
  const wasOpen = Boolean(writingForm(article));
  takeArticles(answer.body, { closing: pk });
  const fresh = articleWith(pk);
  if (wasOpen && answer.ok) { history.replaceState(null, "", address()); begin(); }
  if (!answer.ok) {
    const told = answer.body.querySelector(".note");
    fresh.querySelector(":scope > .note")?.remove();
    if (told) fresh.append(told);
    say(told?.textContent.trim() || words.failed, "unsaved");
    return false;
  }
  say(answer.savedAt ? words.saved(answer.savedAt) : "");
  return true;
}

const live = Object.assign(document.createElement("p"), { className: "sr" });
live.setAttribute("role", "status");
form?.append(live);

/** Have it read out without showing it. */
function tell(text) {
  live.textContent = text;
}

/** The open form's button: all is stored, and one goes on to the next. */
export async function finish() {
  const article = openArticle();
  const { pk } = article.dataset;
  if (!await whileBusy(store)) return;
  const next = nextTodo(article);
  if (next) await openActivity(next.dataset.pk);
  else if (await openActivity(null, { focus: false })) tell(goOn(articleWith(pk)));
}

/** Go to the next activity that needs something, without answering. */
export function goNext(from) {
  const next = nextTodo(from ?? articles().at(-1));
  if (next) openOrFocus(next);
  else tell(goOn(articles().at(-1)));
}

function openOrFocus(article) {
  if (writingForm(article)) focusFirst(article);
  else { titleOf(article).focus({ preventScroll: true }); article.scrollIntoView({ block: "nearest" }); }
}
