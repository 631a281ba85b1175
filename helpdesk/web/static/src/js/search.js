// The search page: what may follow is offered while one types, and what was found is said to those who do not see it.
import { all, one } from "./dom.js";

const WAIT_MS = 120;
const field = one("#q");
const list = one("#q-list");
let offered = [];
// What stood in the field when that was asked for; somebody may have typed on since.
let askedOf = "";
let at = -1;
let asking = null;
let waiting = 0;

field.setAttribute("role", "combobox");
field.setAttribute("aria-autocomplete", "list");
field.setAttribute("aria-controls", "q-list");
field.setAttribute("aria-expanded", "false");
field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(ask, WAIT_MS);
});
field.addEventListener("keydown", keys);
field.addEventListener("blur", () => setTimeout(close, 150));
list.addEventListener("mousedown", (event) => {
  event.preventDefault();
  take(all("li", list).indexOf(event.target.closest("li")));
});
document.addEventListener("htmx:afterSwap", () => {
  const said = one("#search-said");
  said.textContent = one("#found-title")?.textContent ?? (field.value.trim() ? said.dataset.none : "");
  if (one(".query-problem")) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  // The tabs lead on with what stands in the field now.
  for (const tab of all("[data-tab]")) {
    const address = new URL(tab.href);
    address.searchParams.set("q", field.value);
    tab.href = address;
  }
});

async function ask() {
  asking?.abort();
  const mine = (asking = new AbortController());
  const typed = field.value;
  const words = new URLSearchParams({ q: typed, at: String(field.selectionStart ?? typed.length) });
  let found;
  try {
    const answer = await fetch(`${field.dataset.complete}?${words}`, { signal: mine.signal });
    if (!answer.ok || answer.redirected) return close();
    found = await answer.json();
  } catch {
    return;
  }
  if (mine.signal.aborted || document.activeElement !== field) return;
  const marked = offered[at]?.text;
  [offered, askedOf] = [found, typed];
  at = offered.findIndex((choice) => choice.text === marked);
  draw();
}

function draw() {
  list.replaceChildren(...offered.map(drawn));
  list.hidden = offered.length === 0;
  field.setAttribute("aria-expanded", String(offered.length > 0));
  mark(at);
}

function drawn(choice, place) {
  const item = document.createElement("li");
  item.id = `completion-${place}`;
  item.setAttribute("role", "option");
  const code = document.createElement("code");
  code.textContent = choice.text;
  item.append(code);
  if (choice.label) {
    const label = document.createElement("span");
    label.className = "xs muted";
    label.textContent = choice.label;
    item.append(" ", label);
  }
  return item;
}

function mark(place) {
  at = place;
  for (const [number, item] of all("li", list).entries()) {
    item.setAttribute("aria-selected", String(number === at));
    if (number === at) item.scrollIntoView({ block: "nearest" });
  }
  if (at >= 0) field.setAttribute("aria-activedescendant", `completion-${at}`);
  else field.removeAttribute("aria-activedescendant");
}

function keys(event) {
  if (event.isComposing || list.hidden) return;
  const { key } = event;
  if (key === "ArrowDown" || key === "ArrowUp") {
    event.preventDefault();
    const step = key === "ArrowDown" ? 1 : -1;
    mark((at + step + offered.length + (at < 0 && step < 0 ? 1 : 0)) % offered.length);
  } else if (key === "Enter" && at >= 0) {
    event.preventDefault();
    take(at);
  } else if (key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close();
  }
}

function take(place) {
  const choice = offered[place];
  if (!choice) return;
  const typedSince = field.value.length - askedOf.length;
  field.setRangeText(choice.text, choice.from, Math.max(choice.from, choice.to + typedSince), "end");
  close();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function close() {
  offered = [];
  asking?.abort();
  draw();
}
