// A small list to choose from by typing: who has a ticket, its status, priority and tags. What it offers and how it is
// sent are those of a field on the page, so that the version check and every rule of that form hold here too.
import { all, one, say } from "./dom.js";
import { hasPlace, placeOf, undoPlace } from "./list.js";

let field = null;
let offered = [];
let at = 0;
let asked = 0;

const dialog = () => one("#chooser");
const text = () => one("#chooser-text");
const fold = (words) => words.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
const titleOf = (name) => one(`#keys [data-name="${name}"] dd`).firstChild.textContent.trim();

export function startChooser() {
  if (!dialog()) return;
  text().addEventListener("input", () => offer());
  text().addEventListener("keydown", keys);
  one("#chooser-list").addEventListener("click", (event) => take(event.target.closest("[role=option]")));
  dialog().addEventListener("close", () => {
    if (!dialog().dataset.taken) undoPlace();
  });
}

export function choose(name) {
  field = fieldOf(name);
  if (!field) return false;
  const box = dialog();
  one("h2", box).textContent = titleOf(name);
  delete box.dataset.taken;
  text().value = "";
  at = 0;
  box.showModal();
  text().focus();
  offer();
  return true;
}

// Sets a field to a value and sends its form, as if it had been chosen.
export function setAndSend(name, value) {
  field = fieldOf(name);
  if (!field || ![...(field.options ?? [])].some((one) => one.value === value)) {
    say(dialog().dataset.nothing);
    undoPlace();
    return true;
  }
  send(name, value, [...field.options].find((one) => one.value === value).text);
  return true;
}

function fieldOf(name) {
  const found = one(`[data-choice="${name}"]`);
  if (!found || found.disabled) {
    if (found || hasPlace()) say(dialog().dataset.nothing);
    return null;
  }
  found.dataset.name = name;
  if (hasPlace() && !placeOf()) return null;
  return found;
}

const onNow = () => (field.dataset.several === undefined ? [] : field.value.split(",").map((one) => one.trim()).filter(Boolean));

async function choices(typed) {
  if (field instanceof HTMLSelectElement) {
    const keep = field.options[0]?.value === "" ? 1 : 0;
    const own = [...field.options].slice(keep).filter((one) => !one.disabled);
    return own.map(({ value, text: words, selected }) => ({ value, words, now: !keep && selected }));
  }
  const there = onNow();
  const known = field.list ? [...field.list.options].map((one) => one.value) : await suggested(typed);
  const rest = known.filter((one) => !there.includes(one));
  const exact = !typed || [...there, ...known].includes(typed.toLowerCase());
  const add = exact ? [] : [{ value: typed.toLowerCase(), words: dialog().dataset.add.replace("{text}", typed), fits: true }];
  return [...there.map((value) => ({ value, words: value, now: true })), ...rest.map((value) => ({ value, words: value })), ...add];
}

async function suggested(typed) {
  try {
    const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(typed)}`);
    return answer.ok ? await answer.json() : [];
  } catch {
    return [];
  }
}

// What fits: words that begin with what was typed first, then those that hold it.
async function offer() {
  const typed = text().value.trim();
  const mine = ++asked;
  const found = await choices(typed);
  if (mine !== asked) return;
  const wanted = fold(typed);
  const rank = ({ words, fits }) => {
    const folded = fold(words);
    if (!wanted || fits || folded.startsWith(wanted)) return 0;
    return folded.split(/[\s.-]+/).some((word) => word.startsWith(wanted)) ? 1 : folded.includes(wanted) ? 2 : 3;
  };
  offered = found.filter((one) => rank(one) < 3).sort((a, b) => rank(a) - rank(b));
  const now = offered.findIndex((one) => one.now);
  at = typed || field.dataset.several !== undefined ? 0 : Math.max(now, 0);
  draw();
}

function draw() {
  one("#chooser-list").replaceChildren(...offered.map((choice, place) => drawn(choice, place)));
  const none = one("[data-chooser-none]");
  none.textContent = offered.length === 0 ? none.dataset.words : "";
  mark(at);
}

function drawn(choice, place) {
  const item = document.createElement("li");
  item.id = `choice-${place}`;
  item.role = "option";
  item.dir = "auto";
  item.textContent = choice.words;
  if (choice.now) {
    const note = document.createElement("span");
    note.className = "xs muted";
    note.textContent = field.dataset.several === undefined ? dialog().dataset.now : dialog().dataset.drop;
    item.append(" ", note);
  }
  return item;
}

function mark(place) {
  at = Math.min(Math.max(place, 0), offered.length - 1);
  for (const [number, item] of all("#chooser-list [role=option]").entries()) {
    item.setAttribute("aria-selected", String(number === at));
    if (number === at) item.scrollIntoView({ block: "nearest" });
  }
  if (offered.length > 0) text().setAttribute("aria-activedescendant", `choice-${at}`);
  else text().removeAttribute("aria-activedescendant");
}

function keys(event) {
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
  if (event.isComposing) return;
  if (steps[event.key]) {
    event.preventDefault();
    mark(at + steps[event.key]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    take(one(`#choice-${at}`));
  }
}

function take(item) {
  const choice = item && offered[Number(item.id.slice("choice-".length))];
  if (!choice) return;
  dialog().dataset.taken = "yes";
  dialog().close();
  send(field.dataset.name, choice.value, choice.words);
}

function send(name, value, words) {
  const form = field.form;
  if (field.dataset.several !== undefined) {
    const there = onNow();
    field.value = (there.includes(value) ? there.filter((one) => one !== value) : [...there, value]).join(", ");
  } else field.value = value;
  for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
  // Some changes ask for more: a reason, a solution. That is reached and nothing is sent.
  const more = all("[data-asks-for]:not([hidden]) [required], [data-why-priority]:not([hidden]) input", form).find((one) => one.value === "");
  if (more) return reach(more);
  say(dialog().dataset.doing.replace("{what}", `${titleOf(name)}: ${words}`));
  for (const row of all(".tickets tr:has(input:checked)")) row.setAttribute("aria-busy", "true");
  form.requestSubmit();
}

function reach(more) {
  const sheet = more.closest("[popover]");
  if (sheet && getComputedStyle(sheet).display === "none") sheet.showPopover();
  more.focus();
}
