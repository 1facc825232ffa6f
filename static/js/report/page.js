// The page: its activities, which one is open, and what the server sends to put in their place.

export const form = document.getElementById("report-form");
export const articles = () => [...form.querySelectorAll("article.act")];
export const articleWith = (pk) => form.querySelector(`article.act[data-pk="${pk}"]`);
export const articleOf = (node) => node?.closest?.("article.act") ?? null;
export const writingForm = (article) => article?.querySelector("form.act__form") ?? null;
export const openArticle = () => articles().find(writingForm) ?? null;
export const boxOf = (article, field) => writingForm(article)?.querySelector(`[data-field="${field}"]`) ?? null;
export const nameOf = (article) => article.querySelector(".act__nr")?.textContent.trim() || titleOf(article).textContent.trim();

/** The article's title, which can be focused also where it is no link. */
export function titleOf(article) {
  const link = article.querySelector(".act__head h3 a");
  if (link) return link;
  const title = article.querySelector(".act__head h3");
  title.tabIndex = -1;
  return title;
}

/** Whether an activity still needs something before it can be handed in. */
export function isTodo(article) {
  const state = article.querySelector(".act__state");
  return state ? state.dataset.done === "false" : !article.matches(".act--done");
}

/** The next activity after ``article`` that still needs something, from the top again after the last one. */
export function nextTodo(article) {
  const all = articles();
  const place = all.indexOf(article);
  return [...all.slice(place + 1), ...all.slice(0, Math.max(place, 0))].find(isTodo) ?? null;
}

/** Put the checklist and the progress of an answer in their place. */
export function takeParts(body) {
  const [checklist, progress] = ["checklist", "progress"].map((id) => body.querySelector(`#${id}`));
  if (checklist) takeChecklist(checklist);
  if (progress) takeProgress(progress);
}

function takeChecklist(fresh) {
  const old = document.getElementById("checklist");
  if (!old) return;
  const kept = old.querySelector("[data-keep]"); // what the script has added
  const held = old.contains(document.activeElement) && !kept?.contains(document.activeElement) && document.activeElement.getAttribute("href");
  for (const node of [...old.childNodes]) if (node !== kept) node.remove();
  old.prepend(...fresh.childNodes);
  if (held) old.querySelector(`a[href="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}

/** The line of the progress; the words beside it that say what is saved stay where they are. */
function takeProgress(fresh) {
  const old = document.getElementById("progress");
  for (const part of ["strong", ".meter"]) old?.querySelector(part)?.replaceWith(fresh.querySelector(part));
}

/** Put ``fresh`` in the place of the article it is a newer drawing of, keeping the focus in it. */
export function replaceArticle(fresh) {
  const old = articleWith(fresh.dataset.pk);
  if (!old || Number(fresh.dataset.version) < Number(old.dataset.version)) return;
  const held = old.contains(document.activeElement);
  const notes = [...old.querySelectorAll(":scope > .row-note")];
  old.replaceWith(fresh);
  fresh.append(...notes);
  if (held) titleOf(fresh).focus({ preventScroll: true });
}
