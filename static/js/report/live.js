// What the colleagues do: who of the party is here and where, and which activities they have changed.
import { ask, pairs, Unreachable } from "../lib/net.js";
import { pending } from "../lib/saves.js";
import { fetchArticles } from "./opening.js";
import { articleWith, form, openArticle } from "./page.js";

const EVERY = 15000;
let since = "";

/** Ask, and do without where the server cannot be asked now: it is asked again soon. */
async function askQuietly(url, options) {
  try {
    const answer = await ask(url, options);
    return answer.ok ? answer : null;
  } catch (problem) {
    if (problem instanceof Unreachable) return null;
    throw problem;
  }
}

export async function look() {
  const data = pairs({ report: openArticle()?.dataset.pk ?? "", since });
  const answer = await askQuietly(form.dataset.presenceUrl, { data });
  if (!answer) return;
  since = answer.body.querySelector("[data-since]")?.dataset.since ?? since;
  const changed = [...answer.body.querySelectorAll("[data-changed]")].map(({ dataset }) => [dataset.changed, Number(dataset.version)]);
  const people = document.getElementById("presence");
  const fresh = answer.body.querySelector("p");
  if (people.textContent.trim() !== (fresh?.textContent.trim() ?? "")) people.replaceChildren(...(fresh ? [fresh] : []));
  await follow(changed);
}

/** Fetch what others have changed; what is on its way from here is left alone. */
async function follow(changed) {
  const behind = changed.filter(([pk, version]) => {
    const { seen, version: shown } = articleWith(pk)?.dataset ?? {};
    return Number(seen ?? shown) < version && !pending(pk).length;
  });
  try {
    await fetchArticles(behind.map(([pk]) => pk));
  } catch (problem) {
    if (!(problem instanceof Unreachable)) throw problem; // without contact the old texts stay
  }
}

export function startLive() {
  if (!form.dataset.presenceUrl) return;
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  setInterval(() => { if (!document.hidden) look(); }, EVERY);
  look();
}
