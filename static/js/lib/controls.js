// What controls hold, as a list of strings: one for a text, several for a list.

export const plain = (text) => text.replace(/\r\n/g, "\n").trim();

export function same(one, other) {
  const [a, b] = [one, other].map((values) => values.map(plain).filter(Boolean).sort());
  return a.length === b.length && a.every((value, place) => value === b[place]);
}

export const controlsOf = (box) => [...box.querySelectorAll("input, select, textarea")];
export const isChoice = (control) => control.type === "checkbox" || control.type === "radio";

/** What the controls of one field hold now; a single box that is not ticked gives an empty text. */
export function typed(controls) {
  if (isChoice(controls[0])) {
    const ticked = controls.filter((control) => control.checked).map((control) => control.value);
    return ticked.length || controls.length > 1 ? ticked : [""];
  }
  if (controls[0].multiple) return [...controls[0].selectedOptions].map((option) => option.value);
  return [plain(controls[0].value)];
}

/** What the controls held when the page was made. */
export function original(controls) {
  const [first] = controls;
  if (isChoice(first)) {
    const ticked = controls.filter((control) => control.defaultChecked).map((control) => control.value);
    return ticked.length || controls.length > 1 ? ticked : [""];
  }
  if (first.options) {
    const chosen = [...first.options].filter((option) => option.defaultSelected).map((option) => option.value);
    return chosen.length || first.multiple ? chosen : [first.options[0]?.value ?? ""];
  }
  return [plain(first.defaultValue)];
}

export function fill(box, values) {
  for (const control of controlsOf(box)) {
    if (isChoice(control)) control.checked = values.includes(control.value);
    else if (control.multiple) for (const option of control.options) option.selected = values.includes(option.value);
    else control.value = values[0] ?? "";
  }
}
