// Nothing typed is lost: what is written outside a ticket's composer is kept in this browser, until it is seen as sent.
// The composer's own texts are kept on the desk (see kept.js).
import { all, one, on, store } from "./dom.js";

const PREFIX = "draft:";
const KEEP_MS = 30 * 24 * 3600 * 1000;
const plain = (text) => text.replace(/\s+/g, " ").trim();

export function startDrafts() {
  forgetOld();
  dropIfOpened();
  on("submit", "[data-sign-out]", forgetAll);
  const forms = all("[data-draft]:not([data-draft-url])");
  if (forms.length === 0) return;
  for (const form of forms) minds(form);
  addEventListener("beforeunload", (event) => {
    if (forms.some((form) => isUnsaved(form))) event.preventDefault();
  });
}

export function keyOf(form) {
  const person = one("#main")?.dataset.person ?? "";
  const place = form.dataset.draftOf ?? one("[data-ticket]")?.dataset.ticket ?? location.pathname;
  return `${PREFIX}${person}:${place}:${form.dataset.draft}`;
}

function minds(form) {
  const area = one("textarea", form);
  const key = keyOf(form);
  dropIfSent(key);
  restore(form, area, key);
  let timer;
  const keep = () => {
    clearTimeout(timer);
    timer = undefined;
    const text = area.value;
    const fields = typedFields(form);
    const isBlank = text.trim() === "" && Object.keys(fields).length === 0;
    if (isBlank) store.remove(key);
    form.dataset.unkept = !isBlank && !store.set(key, { text, fields, at: Date.now() }) ? "yes" : "";
    if (form.dataset.unkept !== "yes") showState(form, isBlank ? "" : words(form).saved);
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, 400);
  });
  addEventListener("pagehide", () => timer && keep());
  form.addEventListener("submit", () => {
    keep();
    form.dataset.leaving = "yes";
    const draft = store.get(key);
    if (draft) store.set(key, { ...draft, sentAfter: newestMessage() });
  });
  one("[data-draft-discard]", form)?.addEventListener("click", () => {
    area.value = "";
    for (const field of lines(form)) field.value = field.defaultValue;
    store.remove(key);
    showState(form, "");
    area.focus();
  });
}

// The subject, a name, an address: lines that are typed, not chosen.
const lines = (form) => all("input[name]", form).filter((field) => ["text", "email", "tel"].includes(field.type));

function typedFields(form) {
  const typed = lines(form).filter((field) => field.value !== field.defaultValue && field.value.trim() !== "");
  return Object.fromEntries(typed.map((field) => [field.name, field.value]));
}

function isUnsaved(form) {
  const files = one("input[type=file]", form)?.files.length > 0;
  return form.dataset.leaving !== "yes" && (files || form.dataset.unkept === "yes");
}

// It was sent when the conversation shows a newer message of mine that begins with it; until then it is kept.
function dropIfSent(key) {
  const draft = store.get(key);
  if (!draft || draft.sentAfter === undefined) return;
  const mine = all(".msg[data-mine]").filter((message) => numberOf(message) > draft.sentAfter);
  if (mine.some((message) => shows(message, draft))) store.remove(key);
}

// A new ticket's text is seen on that ticket's page, whoever is named as its author.
function dropIfOpened() {
  for (const key of store.keys().filter((key) => key.startsWith(PREFIX) && key.endsWith(":new"))) {
    const draft = store.get(key);
    if (draft?.sentAfter !== undefined && all(".msg").some((message) => shows(message, draft))) store.remove(key);
  }
}

function shows(message, draft) {
  const text = all(".text", message)
    .map((part) => part.textContent)
    .join(" ");
  return plain(text).startsWith(plain(draft.text).slice(0, 200));
}

function restore(form, area, key) {
  const draft = store.get(key);
  if (!draft) return;
  if (area.value.trim() === "") {
    area.value = draft.text;
    for (const field of lines(form)) if (field.value === "") field.value = draft.fields?.[field.name] ?? "";
    area.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (area.value !== draft.text) return;
  showState(form, words(form).restored.replace("{when}", when(draft.at)));
}

export function when(at) {
  const today = new Date(at).toDateString() === new Date().toDateString();
  const shape = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(document.documentElement.lang || "en", shape).format(new Date(at));
}

export function showState(form, text) {
  const state = one("[data-draft-state]", form);
  if (state) state.textContent = text;
  const discard = one("[data-draft-discard]", form);
  if (discard) discard.hidden = text === "";
}

const words = (form) => (form.closest("[data-saved]") ?? form).dataset;
const numberOf = (message) => Number(message.id.slice(1));
const newestMessage = () => Math.max(0, ...all(".msg").map(numberOf));

function forgetOld() {
  for (const key of store.keys()) {
    if (key.startsWith(PREFIX) && Date.now() - (store.get(key)?.at ?? 0) > KEEP_MS) store.remove(key);
  }
}

// A shared computer must not keep what one person wrote for the next.
function forgetAll() {
  const person = one("#main")?.dataset.person ?? "";
  for (const key of store.keys()) if (key.startsWith(`${PREFIX}${person}:`)) store.remove(key);
}
