// The keys. Which there are and what each does comes from the list in the page (web/console/keyboard.py); this file knows
// how to do it. Single keys do nothing while somebody types, in dialogs, or where their person switched them off.
import { choose, setAndSend } from "./chooser.js";
import { write } from "./composer.js";
import { all, isTyping, on, one, say } from "./dom.js";
import { keepPlace, move, placeOf, returnToPlace, togglePick } from "./list.js";

const WAIT_MS = 1500;
const LONGEST_MS = 10_000;
const keys = new Map();
let begun = "";
let begunUntil = 0;

export function startKeyboard() {
  for (const row of all("#keys [data-press]")) keys.set(row.dataset.press, row);
  document.addEventListener("keydown", press);
  on("click", "[data-do]", (event, item) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const menu = item.closest("details.menu");
    if (menu) menu.open = false;
    act(item.dataset.do);
  });
  on("click", "[data-keys-form] button", switchKeys);
  document.addEventListener("desk:act", (event) => act(event.detail));
  document.addEventListener("desk:go", ({ detail }) => leave(detail.href, detail.words));
  // Not when the page is hidden: a browser may have the next one ready before that is told to this one.
  addEventListener("beforeunload", keepPlace);
  addEventListener("pageshow", () => document.documentElement.classList.remove("going"));
  returnToPlace();
}

// Does what a key does; other modules and menus call it by the key's name.
export function act(name, target = document.body) {
  const row = one(`#keys [data-name="${CSS.escape(name)}"]`);
  return row && VERBS[row.dataset.does]?.(name, target);
}

function press(event) {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey) return void run(event, `Control+${key.toLowerCase()}`);
  if (isTyping(target)) {
    if (key === "Escape" && !target.matches("select")) target.blur();
    return;
  }
  if (one("dialog[open]") || one("#keys")?.dataset.singles === "off") return;
  const typed = key.length === 1 && !event.shiftKey ? key.toLowerCase() : key;
  const whole = Date.now() < begunUntil ? `${begun} ${typed}` : typed;
  begunUntil = 0;
  if ([...keys.keys()].some((one) => one.startsWith(`${whole} `))) {
    [begun, begunUntil] = [whole, Date.now() + WAIT_MS];
    return say(one("#keys").dataset.then);
  }
  if (whole.includes(" ") && goTo(typed)) return event.preventDefault();
  run(event, whole);
}

function run(event, pressed) {
  const row = keys.get(pressed);
  // A key that is held down moves on, and does nothing else twice.
  if (!row || (event.repeat && !STEPS.has(row.dataset.does))) return;
  const done = VERBS[row.dataset.does]?.(row.dataset.name, event.target);
  if (done !== undefined && done !== false) event.preventDefault();
}

const STEPS = new Set(["next", "previous"]);
const VERBS = {
  next: () => move(1),
  previous: () => move(-1),
  open: (_name, target) => opens(target) && follow(one(".tickets tr.here .subject a")),
  select: () => togglePick(one(".tickets tr.here") ?? nowhere()),
  search: () => reach(one("#q") ?? one("#find")),
  help: () => (one("#keys").showModal(), true),
  palette: () => openPalette(),
  write: (name) => write(name),
  choose: (name) => choose(name),
  mine: () => pressed("mine") || (placeOf() && setAndSend("assign", one("#main").dataset.person)),
  resolve: () => pressed("resolve") || (placeOf() && setAndSend("status", "resolved")),
  // What was just done and stands on this page; otherwise the list of all that can be undone.
  undo: (name) => pressed(name) || pressed("operations"),
  press: (name) => pressed(name),
};

// Enter on anything else that has the focus is for that.
const opens = (target) => !target.matches("a, button, summary, input") || target.closest(".tickets tr.here .subject a") !== null;

function pressed(name) {
  const found = one(`[data-key="${CSS.escape(name)}"]`);
  if (!found) return false;
  if (found.matches("form")) {
    going(wordsOf(name));
    found.requestSubmit();
    return true;
  }
  return found.matches("a, button") ? follow(found) : reach(found);
}

function goTo(letter) {
  return follow(one(`[data-go="${CSS.escape(letter)}"]`));
}

// A page may be long in coming: that the key was heard shows at once.
function follow(link) {
  if (!link) return false;
  const leaves = link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  if (leaves && link.matches("a[href]")) going(link.closest("tr")?.dataset.number ?? link.textContent.trim());
  return true;
}

function leave(href, words) {
  going(words.trim());
  location.href = href;
}

// The palette opens at once; what leads it is fetched the first time.
function openPalette() {
  const box = one("#palette");
  if (box.open) return (box.close(), true);
  if (one("dialog[open]")) return false;
  box.showModal();
  one("#palette-text").focus();
  import(box.dataset.script).then((palette) => box.open && palette.opened());
  return true;
}

function going(words) {
  const { classList } = document.documentElement;
  classList.add("going");
  setTimeout(() => classList.remove("going"), LONGEST_MS);
  say(one("#chooser").dataset.doing.replace("{what}", words));
}

const wordsOf = (name) => one(`#keys [data-name="${name}"] dd`).firstChild.textContent.trim();

function nowhere() {
  say(one("#chooser").dataset.nowhere);
  return null;
}

function reach(field) {
  if (!field) return false;
  const sheet = field.closest("[popover]");
  if (sheet && getComputedStyle(sheet).display === "none") sheet.showPopover();
  field.focus();
  field.select?.();
  return true;
}

async function switchKeys(event, button) {
  event.preventDefault();
  const { form, value } = button;
  one("#keys").dataset.singles = value;
  for (const other of all("[data-keys-form] button")) other.setAttribute("aria-pressed", String(other.value === value));
  const body = new FormData(form);
  body.set("keys", value);
  try {
    await fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true });
  } catch {
    say(one("#toast").dataset.offline);
  }
}
