// The one line that says whether what was written is saved.
const line = document.querySelector("#editor-status, #report-status");

/** Say ``text``. ``state``: saved, saving or unsaved; only unsaved asks for attention. */
export function say(text, state = "saved") {
  if (!line) return;
  line.dataset.state = state;
  if (line.textContent !== text) line.textContent = text; // the same words twice would be read out twice
}
