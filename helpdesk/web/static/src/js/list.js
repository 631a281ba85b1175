// The list: choosing several tickets, and the marks of what is filtered.
import { all, on, one } from "./dom.js";

let lastPicked = null;

const boxes = () => all(".tickets tbody input[name=ticket]");

export function startList() {
  if (!one("#results")) return;
  on("click", ".tickets tbody input[name=ticket]", pickRange);
  on("change", "[data-pick-all]", (_event, box) => setAll(box.checked));
  on("click", "[data-pick-none]", () => setAll(false));
  on("change", ".tickets input", count);
  on("change", ".filters select, .filters input", (_event, field) => {
    if (field.name !== "sort") field.classList.toggle("on", field.value !== "");
  });
  // Filters change the address without loading the page anew; one comes back to what one saw.
  on("submit", "#bulk", (_event, form) => {
    form.elements.back.value = location.pathname + location.search;
  });
  document.addEventListener("htmx:afterSwap", () => {
    const clear = one("[data-clear-filters]");
    if (clear) clear.hidden = one("#results").dataset.filtered !== "yes";
    count();
  });
  count();
}

export function togglePick(row) {
  const box = row && one("input[name=ticket]", row);
  if (!box) return;
  box.checked = !box.checked;
  lastPicked = box;
  count();
}

function pickRange(event, box) {
  if (event.shiftKey && lastPicked?.isConnected) {
    const every = boxes();
    const [from, to] = [every.indexOf(lastPicked), every.indexOf(box)].sort((a, b) => a - b);
    for (const other of every.slice(from, to + 1)) other.checked = box.checked;
  }
  lastPicked = box;
  count();
}

function setAll(checked) {
  for (const box of boxes()) box.checked = checked;
  count();
}

function count() {
  const every = boxes();
  const chosen = every.filter((box) => box.checked).length;
  const output = one("[data-chosen]");
  if (output && chosen > 0) {
    output.textContent = chosen === 1 ? output.dataset.one : output.dataset.many.replace("{n}", chosen);
  }
  const head = one("[data-pick-all]");
  if (!head) return;
  head.checked = chosen > 0 && chosen === every.length;
  head.indeterminate = chosen > 0 && chosen < every.length;
}
