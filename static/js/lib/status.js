// The one line that says whether what was written is saved.
const line = document.querySelector("#editor-status, #saved");
const text = line?.querySelector("span") ?? line; // beside a mark

/** Say ``words``. ``state``: saved, saving or unsaved; only unsaved asks for attention. */
export function say(words, state = "saved") {
  if (!line) return;
  line.dataset.state = state;
  if (text.textContent !== words) text.textContent = words; // the same words twice would be read out twice
}
