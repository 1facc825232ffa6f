// Asking the server. Answers are HTML fragments; what could not be asked is told apart from what was refused.
import { words } from "./words.js";

const PATIENCE = 15000;
const KEPT_ALIVE = 30000; // browsers refuse to finish larger requests after the page is left

/** The server could not be asked now: no network, no answer in time, a fault of its own, or the session has ended. */
export class Unreachable extends Error {}

function csrfToken() {
  // The cookie is read each time: it is renewed when somebody signs in again in another tab.
  const cookie = document.cookie.match(/(?:^|; )(?:__Host-csrf|csrftoken)=([^;]+)/);
  return cookie ? cookie[1] : document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

/** The address with the page's filter and columns, so that rows come back as the page shows them. */
function withQuery(url) {
  const asked = new URL(url, location.href);
  const given = new Set(asked.searchParams.keys());
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (!given.has(name)) asked.searchParams.append(name, value); // a column each: the same name stands several times
  }
  return asked;
}

async function fetchFragment(url, data, isWhole) {
  const headers = { "HX-Request": "true" };
  if (data) {
    headers["X-CSRFToken"] = csrfToken();
    headers["X-Form-Mark"] = document.querySelector("[name=form_mark]")?.value ?? ""; // whose page it is
  }
  try {
    const response = await fetch(isWhole ? url : withQuery(url), {
      method: data ? "POST" : "GET", headers, body: data,
      keepalive: data instanceof URLSearchParams && String(data).length < KEPT_ALIVE, signal: AbortSignal.timeout(PATIENCE),
    });
    return [response, await response.text()];
  } catch {
    throw new Unreachable(words.unsaved);
  }
}

/**
 * Ask ``url``, by POST where there is ``data`` (URLSearchParams or FormData). ``isWhole``: the page's own query does not
 * belong to it.
 * Gives {status, ok, body, savedAt, stamp, row}; body is a DocumentFragment. Raises Unreachable.
 */
export async function ask(url, { data, isWhole = false } = {}) {
  const [response, text] = await fetchFragment(url, data, isWhole);
  const { status, headers } = response;
  if (status === 401) {
    document.dispatchEvent(new CustomEvent("portal:signed-out"));
    throw new Unreachable(words.signedOut);
  }
  if (status >= 500 || status === 429 || status === 408) throw new Unreachable(words.unsaved);
  document.dispatchEvent(new CustomEvent("portal:signed-in"));
  const holder = document.createElement("template");
  holder.innerHTML = text;
  return {
    status, ok: response.ok, body: holder.content,
    savedAt: headers.get("X-Saved-At"), stamp: headers.get("X-Stamp"), row: headers.get("X-Row"),
  };
}

/** Form data of names and values; a list gives its name several times. */
export function pairs(values) {
  const data = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of [value].flat()) data.append(name, one ?? "");
  }
  return data;
}
