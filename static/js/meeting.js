// The projector view: arrow keys lead to the matter before and after. Without script the links do.
"use strict";

const LINKS = { ArrowRight: "next", ArrowLeft: "prev" };

document.addEventListener("keydown", (event) => {
  const rel = LINKS[event.key];
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (!rel || isTyping || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat) return;
  document.querySelector(`.projector__nav [rel="${rel}"]`)?.click();
});
