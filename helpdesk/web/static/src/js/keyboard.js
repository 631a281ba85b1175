// Single keys, as docs and the "?" list name them; never while somebody types, and off for whoever wants them off.
import { all, isTyping, on, one, store } from "./dom.js";
import { write } from "./composer.js";
import { togglePick } from "./list.js";

const SWITCH = "single-keys";
const G_WAIT_MS = 1500;
let afterG = 0;

export function startKeyboard() {
  const box = one("[data-keys-switch]");
  if (box) {
    box.checked = store.get(SWITCH) !== false;
    box.addEventListener("change", () => store.set(SWITCH, box.checked));
  }
  on("click", "[data-keys-open]", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    one("#keys")?.showModal();
  });
  document.addEventListener("keydown", press);
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
  const { target, key } = event;
  if (isTyping(target)) {
    if (key === "Escape" && !target.matches("select")) target.blur();
    return;
  }
  if (one("dialog[open]") || store.get(SWITCH) === false) return;
  const act = Date.now() < afterG ? () => goTo(key) : KEYS[key];
  afterG = 0;
  if (act && act(target) !== false) event.preventDefault();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  Enter: (target) => (target.matches("a, button, summary, input") ? false : follow(".tickets tr.here .subject a")),
  u: () => follow("[data-key=u]"),
  x: () => togglePick(one(".tickets tr.here")),
  c: () => follow("[data-key=c]"),
  o: () => follow("[data-key=o]"),
  r: () => write("reply"),
  n: () => write("note"),
  a: () => change("a"),
  s: () => change("s"),
  p: () => change("p"),
  t: () => change("t"),
  m: () => submit("m"),
  e: () => submit("e"),
  g: () => void (afterG = Date.now() + G_WAIT_MS),
  "/": () => focus(one("#q") ?? one("#find")),
  "?": () => one("#keys")?.showModal(),
};

function goTo(letter) {
  return follow(`[data-go="${CSS.escape(letter)}"]`);
}

function follow(selector) {
  const link = one(selector);
  if (!link) return false;
  link.click();
}

function focus(field) {
  if (!field) return false;
  const sheet = field.closest("[popover]");
  if (sheet && getComputedStyle(sheet).display === "none") sheet.showPopover();
  field.focus();
  field.select?.();
}

function submit(letter) {
  const form = one(`[data-key-submit=${letter}]`);
  if (!form) return false;
  form.requestSubmit();
}

// On a ticket the key leads to the property; in a list to the bulk bar, for the chosen rows or the one we are on.
function change(letter) {
  const property = one(`[data-focus-key=${letter}]`);
  if (property) return focus(property);
  const field = one(`[data-bulk-key=${letter}]`);
  if (!field) return false;
  if (!one(".tickets tbody input:checked")) togglePick(one(".tickets tr.here"));
  if (!one(".tickets tbody input:checked")) return false;
  field.focus();
}

function move(step) {
  const rows = all(".tickets tbody tr");
  if (rows.length > 0) return moveTo(rows, step);
  const messages = all("#flow .msg");
  if (messages.length > 0) return moveTo(messages, step);
  return false;
}

function moveTo(items, step) {
  const now = items.findIndex((item) => item.classList.contains("here"));
  const next = items[now === -1 ? (step > 0 ? 0 : items.length - 1) : Math.min(Math.max(now + step, 0), items.length - 1)];
  for (const item of items) item.classList.toggle("here", item === next);
  const link = one(".subject a", next);
  if (link) link.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}
