// The page: its activities, which one is open, and what the server sends to put in their place.

export const form = document.getElementById("report-form");
export const articles = () => [...form.querySelectorAll("article.act")];
export const articleWith = (pk) => form.querySelector(`article.act[data-pk="${pk}"]`);
export const articleOf = (node) => node?.closest?.("article.act") ?? null;
export const writingForm = (article) => article?.querySelector("form.act__form") ?? null;
export const openArticle = () => articles().find(writingForm) ?? null;
export const boxOf = (article, field) => writingForm(article)?.querySelector(`[data-field="${field}"]`) ?? null;
export const titleOf = (article) => article.querySelector(".act__head a") ?? article.querySelector(".act__head h3");
export const nameOf = (article) => article.querySelector(".act__nr")?.textContent.trim() || titleOf(article).textContent.trim();

/** The next activity after ``article`` that still needs something, from the top again after the last one. */
export function nextTodo(article) {
  const all = articles();
  const place = all.indexOf(article);
  return [...all.slice(place + 1), ...all.slice(0, Math.max(place, 0))].find((one) => "todo" in one.dataset) ?? null;
}

/** Put the parts that belong elsewhere on the page (checklist, progress) in their place. */
export function takeParts(body) {
  for (const part of [...body.querySelectorAll("[hx-swap-oob], #checklist, #progress")]) {
    const old = document.getElementById(part.id);
    part.removeAttribute("hx-swap-oob");
    if (!old || old.contains(part) || old.isEqualNode(part)) continue;
    const held = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    old.replaceWith(part);
    window.htmx?.process(part);
    if (held) part.querySelector(`a[href="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  }
}

/** Put ``fresh`` in the place of the article it is a newer drawing of, keeping the focus in it. */
export function replaceArticle(fresh) {
  const old = articleWith(fresh.dataset.pk);
  if (!old || Number(fresh.dataset.version) < Number(old.dataset.version)) return old;
  if (old.isEqualNode(fresh)) return old;
  const held = old.contains(document.activeElement);
  old.replaceWith(fresh);
  window.htmx?.process(fresh);
  if (held) titleOf(fresh).focus({ preventScroll: true });
  return fresh;
}
