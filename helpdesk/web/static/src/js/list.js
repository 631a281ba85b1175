// The list: moving through it, choosing several tickets, and the marks of what is filtered.
import { all, on, one, say } from "./dom.js";

let lastPicked = null;

const boxes = () => all(".tickets tbody input[name=ticket]");

export function startList() {
  if (!one("#results")) return;
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.(".tickets tbody tr[data-number]");
    if (row) standOn(row, boxesRows());
  });
  on("click", ".tickets tbody input[name=ticket]", pickRange);
  on("change", "[data-pick-all]", (_event, box) => setAll(box.checked));
  on("click", "[data-pick-none]", () => setAll(false));
  on("change", ".tickets input", count);
  on("click", "a.sorting", keepHead);
  returnToHead();
  on("change", ".filters select, .filters input", (_event, field) => {
    if (field.name !== "sort") field.classList.toggle("on", field.value !== "");
  });
  // Filters change the address without loading the page anew; one comes back to what one saw.
  on("submit", "#bulk", (_event, form) => {
    form.elements.back.value = form.dataset.back ?? location.pathname + location.search;
  });
  document.addEventListener("htmx:afterSwap", () => {
    const file = one("[data-export]");
    if (file) file.search = location.search;
    const clear = one("[data-clear-filters]");
    if (clear) clear.hidden = one("#results").dataset.filtered !== "yes";
    count();
  });
  document.addEventListener("list:renewed", count);
  count();
}

export function togglePick(row) {
  const box = row && one("input[name=ticket]", row);
  if (!box) return false;
  box.checked = !box.checked;
  lastPicked = box;
  count();
  return true;
}

const boxesRows = () => all(".tickets tbody tr[data-number]");

// To the next or previous row of a list, or message of a ticket.
export function move(step) {
  const items = one(".tickets") ? boxesRows() : all("#flow .msg");
  if (items.length === 0) return false;
  const now = items.findIndex((item) => item.classList.contains("here"));
  const next = items[now === -1 ? (step > 0 ? 0 : items.length - 1) : Math.min(Math.max(now + step, 0), items.length - 1)];
  standOn(next, items);
  focusOn(next);
  moved = true;
  return true;
}

function standOn(item, items) {
  for (const other of items) other.classList.toggle("here", other === item);
}

function focusOn(item) {
  const link = one(".subject a", item);
  if (!link) item.tabIndex = -1;
  (link ?? item).focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
}

// The tickets that a key is for: those that are chosen, else the one where one is, which is then chosen.
export const hasPlace = () => one("#bulk") !== null;

export function placeOf() {
  if (one(".tickets tbody input:checked")) return true;
  const here = one(".tickets tbody tr.here");
  if (!here) {
    if (hasPlace()) say(one("#chooser").dataset.nowhere);
    return false;
  }
  pickedHere = here;
  return togglePick(here);
}

// Nothing was done with it after all.
export function undoPlace() {
  if (pickedHere && one("input:checked", pickedHere)) togglePick(pickedHere);
  pickedHere = null;
}

let moved = false;
let pickedHere = null;
const PLACE = "list-place";

// Whoever moves by keys comes back to where they were: after a change, and from a ticket.
export function keepPlace() {
  const rows = boxesRows();
  const index = rows.findIndex((row) => row.classList.contains("here"));
  if (!moved || index < 0) return;
  const place = { at: location.pathname + location.search, number: rows[index].dataset.number, index };
  sessionStorage.setItem(PLACE, JSON.stringify(place));
}

export function returnToPlace() {
  on("submit", "[data-sign-out]", () => sessionStorage.removeItem(PLACE));
  const kept = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
  const rows = boxesRows();
  if (kept?.at !== location.pathname + location.search || rows.length === 0) return;
  sessionStorage.removeItem(PLACE);
  const row = rows.find((one) => one.dataset.number === kept.number) ?? rows[Math.min(kept.index, rows.length - 1)];
  moved = true;
  standOn(row, rows);
  focusOn(row);
}

// Whoever sorts by the keyboard stands on the same head afterwards, and hears how the list is sorted now.
const HEAD = "list-head";

function keepHead(event, link) {
  if (event.detail === 0) sessionStorage.setItem(HEAD, link.dataset.column);
}

function returnToHead() {
  const column = sessionStorage.getItem(HEAD);
  sessionStorage.removeItem(HEAD);
  if (column) all("a.sorting").find((link) => link.dataset.column === column)?.focus({ preventScroll: true });
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
