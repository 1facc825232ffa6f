// What a cell holds, as a list of strings, and the words for it.
import { plain } from "../lib/controls.js";

/** What a stored cell holds. */
export function stored(cell) {
  if ("value" in cell.dataset) {
    return cell.dataset.kind === "list" ? cell.dataset.value.split(" ").filter(Boolean) : [plain(cell.dataset.value)];
  }
  return [plain((cell.querySelector(".t") ?? cell.querySelector(":scope > .under") ?? cell).textContent)];
}

/** The words for ``values`` of a field: labels where its control has choices, else the text itself. */
export function shown(field, values) {
  const template = document.getElementById(`edit-${field}`)?.content;
  const label = (value) => {
    const choice = template?.querySelector(`option[value="${CSS.escape(value)}"], input[value="${CSS.escape(value)}"]`);
    return choice ? (choice.closest("label") ?? choice).textContent.trim() : value;
  };
  return values.filter(Boolean).map(label).join(", ");
}
