// Before a log-in ends, say so and let the person go on. The server knows: other pages of the same person count too.
"use strict";
{
  const { left } = document.currentScript.dataset;
  const FIRST = 120; // seconds: only a page that lies open for a while need ask
  const WARNED_BEFORE = 115;
  let timer;

  const plan = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(() => ask(left), Math.max(seconds, 5) * 1000);
  };

  const show = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const told = holder.content.querySelector("#session");
    document.getElementById("session")?.remove();
    if (!told) return; // no longer logged in: the next thing the person does leads to the log-in
    document.body.append(told);
    const seconds = Number(told.dataset.seconds);
    plan(seconds > WARNED_BEFORE ? seconds - WARNED_BEFORE : seconds + 1);
  };

  const ask = async (url, data) => {
    try {
      const response = await fetch(url, { method: data ? "POST" : "GET", body: data, headers: { "HX-Request": "true" } });
      show(response.ok ? await response.text() : "");
    } catch {
      plan(FIRST); // no contact now
    }
  };

  document.addEventListener("submit", (event) => {
    if (!event.target.closest("#session")) return;
    event.preventDefault();
    ask(event.target.action, new FormData(event.target));
  });
  plan(FIRST);
}
