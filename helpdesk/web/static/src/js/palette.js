// The palette: what this page can do and where one can go from its own elements, at once; tickets, people and articles
// from the server. A combobox whose list is led through by the arrows while the focus stays in the field.
import { all, one } from "./dom.js";

const WAIT_MS = 120;
const MOST_OF_A_GROUP = 6;
const RECENT = "recent";
const box = one("#palette");
const field = one("#palette-text", box);
const list = one("#palette-list", box);
const answers = new Map();
let own = [];
let offered = [];
let asking = null;
let waiting = 0;
let chosen = null;

export function opened() {
  chosen = null;
  own = [...actionsHere(), ...placesHere()];
  show();
  const ticket = one("[data-ticket]")?.dataset.ticket ?? "";
  ask({ q: "", ticket, recent: recent(ticket).join(",") }, (groups) => {
    offered = groups;
    show();
  });
  // What was typed while this script was on its way.
  if (field.value.trim()) typing();
}

function typing() {
  chosen = null;
  show();
  clearTimeout(waiting);
  const typed = field.value.trim();
  if (typed && !answers.has(typed)) waiting = setTimeout(() => ask({ q: typed }, keep(typed)), WAIT_MS);
}

field.addEventListener("input", typing);
field.addEventListener("keydown", keys);
list.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  take(option);
});
list.addEventListener("mousemove", (event) => {
  const option = event.target.closest("[role=option]");
  if (option && option !== chosen) choose(option, false);
});
box.addEventListener("close", () => {
  clearTimeout(waiting);
  asking?.abort();
  field.value = "";
  list.replaceChildren();
});

// Only the last question counts: an older answer that comes late is dropped.
async function ask(words, take) {
  asking?.abort();
  const mine = (asking = new AbortController());
  try {
    const answer = await fetch(`${box.dataset.url}?${new URLSearchParams(words)}`, { signal: mine.signal });
    if (!answer.ok || answer.redirected) return;
    const html = await answer.text();
    if (mine.signal.aborted) return;
    const held = document.createElement("template");
    held.innerHTML = html;
    take(all("[data-group]", held.content));
  } catch {
    // Aborted, or the desk is out of reach: what the page knows by itself stays.
  }
}

const keep = (typed) => (groups) => {
  answers.set(typed, groups);
  if (field.value.trim() === typed) show();
};

function actionsHere() {
  const keys = all(".key-menu [data-do]").map((item) => ({
    words: item.firstElementChild.textContent,
    caps: all("kbd", item).map((cap) => cap.textContent),
    act: () => document.dispatchEvent(new CustomEvent("desk:act", { detail: item.dataset.do })),
  }));
  const marked = all("[data-palette]").map((item) => ({ words: item.dataset.palette, act: () => press(item) }));
  return [...keys, ...marked].map((found) => ({ ...found, group: "actions" }));
}

function placesHere() {
  const links = all("nav.rail a[href]").filter((link) => !link.matches(".brand"));
  return links.map((link) => ({
    group: "places",
    words: (one(".clip", link) ?? link).textContent.trim() || (one("[aria-label]", link)?.getAttribute("aria-label") ?? link.title),
    caps: link.dataset.go ? ["g", link.dataset.go] : [],
    act: () => link.click(),
    url: link.href,
  }));
}

function press(item) {
  const sheet = item.closest("[popover]");
  if (sheet && getComputedStyle(sheet).display === "none") sheet.showPopover();
  const more = item.matches("button, a") ? null : item.closest("details");
  if (more) more.open = true;
  if (item.matches("button, a")) item.click();
  else item.focus();
}

function show() {
  const typed = field.value.trim();
  const words = fold(typed).split(/\s+/).filter(Boolean);
  const found = typed ? (answers.get(typed) ?? nearest(typed)) : offered.filter((group) => group.dataset.group === "recent");
  const here = [...local(words), ...(typed ? offered.map((group) => narrowed(group, words, found)) : offered.filter((group) => group.dataset.group !== "recent"))];
  const isNumber = /\d/.test(typed);
  const groups = isNumber || !typed ? [...found, ...here] : [...here, ...found];
  list.replaceChildren(...groups.filter((group) => one("[role=option]", group)), ...(typed ? [everything(typed)] : []));
  const options = all("[role=option]", list);
  choose(options.find((option) => chosen && option.id === chosen.id) ?? options[0], true);
  tell(typed ? options.length : -1);
}

// Until the answer comes, what was found for the beginning of it stays where it is.
function nearest(typed) {
  for (let end = typed.length - 1; end > 0; end -= 1) {
    const groups = answers.get(typed.slice(0, end));
    if (groups) return groups;
  }
  return [];
}

function local(words) {
  return ["actions", "places"].map((name) => {
    const fits = own.filter((one) => one.group === name && matches(one.words, words));
    fits.sort((a, b) => rank(a.words, words) - rank(b.words, words));
    const most = words.length > 0 ? MOST_OF_A_GROUP : name === "actions" ? 20 : MOST_OF_A_GROUP + 2;
    return drawn(name, box.dataset[name], fits.slice(0, most).map((one, place) => option(one, name, place, words)));
  });
}

function narrowed(group, words, found) {
  const copy = group.cloneNode(true);
  const there = new Set(found.flatMap((other) => all("[role=option]", other).map((item) => item.href)));
  const fits = (item) => matches(one("[data-words]", item).textContent, words) && !there.has(item.href);
  const options = all("[role=option]", copy).filter((item) => !fits(item));
  for (const item of options) item.remove();
  for (const item of all("[role=option]", copy).slice(MOST_OF_A_GROUP)) item.remove();
  return copy;
}

function everything(typed) {
  const url = `${box.dataset.search}?q=${encodeURIComponent(typed)}`;
  const entry = { words: box.dataset.all.replace("{text}", typed), url, act: () => (location.href = url) };
  return drawn("more", box.dataset.more, [option(entry, "more", 0, [])]);
}

function drawn(name, title, options) {
  const group = document.createElement("div");
  group.setAttribute("role", "group");
  group.dataset.group = name;
  const head = document.createElement("div");
  head.className = "group-name";
  head.id = `palette-${name}`;
  head.setAttribute("role", "presentation");
  head.textContent = title;
  group.setAttribute("aria-labelledby", head.id);
  group.append(head, ...options);
  return group;
}

function option(entry, name, place, words) {
  const item = document.createElement(entry.url ? "a" : "div");
  if (entry.url) Object.assign(item, { href: entry.url, tabIndex: -1 });
  item.setAttribute("role", "option");
  item.id = `palette-${name}-${place + 1}-${fold(entry.words).replace(/\W+/g, "-")}`;
  item.act = entry.act;
  const what = document.createElement("span");
  what.className = "what";
  what.append(...highlighted(entry.words, words));
  const caps = document.createElement("span");
  caps.className = "caps";
  caps.ariaHidden = "true";
  caps.append(...(entry.caps ?? []).map((cap) => Object.assign(document.createElement("kbd"), { textContent: cap })));
  item.append(what, caps);
  return item;
}

function highlighted(text, words) {
  const pieces = [];
  for (const [whole] of text.matchAll(/[^\s]+|\s+/g)) {
    const length = Math.max(0, ...words.filter((word) => fold(whole).startsWith(word)).map((word) => word.length));
    if (length) pieces.push(Object.assign(document.createElement("mark"), { textContent: whole.slice(0, length) }));
    pieces.push(whole.slice(length));
  }
  return pieces;
}

const fold = (words) => words.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
const matches = (text, words) => {
  const held = fold(text).split(/[^\p{L}\p{N}]+/u);
  return words.every((word) => held.some((one) => one.startsWith(word)));
};
const rank = (text, words) => (fold(text).startsWith(words.join(" ")) ? 0 : 1);

function choose(item, look) {
  for (const other of all("[aria-selected=true]", list)) other.setAttribute("aria-selected", "false");
  if (!item) return field.removeAttribute("aria-activedescendant");
  item.setAttribute("aria-selected", "true");
  field.setAttribute("aria-activedescendant", item.id);
  if (look) item.scrollIntoView({ block: "nearest" });
}

function keys(event) {
  if (event.isComposing) return;
  const options = all("[role=option]", list);
  const at = options.findIndex((item) => item.getAttribute("aria-selected") === "true");
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: Math.min(at + 8, options.length - 1), PageUp: Math.max(at - 8, 0) }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    chosen = options.at(to % options.length);
    choose(chosen, true);
  } else if (event.key === "Enter" && options[at]) {
    event.preventDefault();
    if ((event.ctrlKey || event.metaKey) && options[at].href) open(options[at].href);
    else take(options[at]);
  }
}

function take(item) {
  const { act, href } = item;
  box.close();
  if (act) act();
  else if (item.dataset.answer && one("#composer [data-canned]")) {
    document.dispatchEvent(new CustomEvent("desk:act", { detail: "reply" }));
    document.dispatchEvent(new CustomEvent("desk:canned", { detail: item.dataset.answer }));
  }
  else document.dispatchEvent(new CustomEvent("desk:go", { detail: { href, words: one(".num", item)?.textContent ?? item.textContent } }));
}

let telling = 0;
function tell(count) {
  clearTimeout(telling);
  telling = setTimeout(() => {
    const said = one("[data-palette-said]", box);
    said.textContent = count < 0 ? "" : box.dataset.count.replace("{n}", count);
  }, 400);
}

// The numbers of the last tickets of this tab; keyboard.js notes them and forgets them with the sign-out.
function recent(but) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(RECENT) ?? "null");
    return kept?.person === one("#main").dataset.person ? kept.numbers.filter((number) => number !== but) : [];
  } catch {
    return [];
  }
}
