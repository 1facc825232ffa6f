// Choosing between two texts of a field after somebody saved the same row: the form's own control is filled.
import { isChoice } from "./lib/controls.js";

const controlsNamed = (name) => [...document.querySelectorAll(`form [name="${CSS.escape(name)}"]`)];

function fill(controls, values) {
  for (const control of controls) {
    if (isChoice(control)) control.checked = values.includes(control.value);
    else if (control.multiple) for (const option of control.options) option.selected = values.includes(option.value);
    else control.value = values[0] ?? "";
  }
}

for (const verbs of document.querySelectorAll("[data-merge]")) {
  const controls = controlsNamed(verbs.dataset.merge);
  if (!controls.length) continue; // the form shows the field in a way of its own
  const mine = JSON.parse(verbs.dataset.mine);
  const theirs = JSON.parse(verbs.dataset.theirs);
  const gap = controls[0].matches("textarea") ? "\n\n" : " ";
  const choices = { mine, theirs, both: [[...theirs, ...mine].filter(Boolean).join(gap)] };
  const told = verbs.querySelector("[role=status]");
  verbs.hidden = false;
  verbs.addEventListener("click", ({ target }) => {
    const { take } = target.closest("button")?.dataset ?? {};
    if (!take) return;
    fill(controls, choices[take]);
    told.textContent = told.dataset[take];
    for (const button of verbs.querySelectorAll("button")) button.ariaPressed = String(button.dataset.take === take);
  });
}
