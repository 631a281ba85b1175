// The open ticket, as it changes: new messages come in below, are said to a screen reader, and offered by a badge to whoever
// reads elsewhere. What somebody writes stands; it answers the newer version only once what is new was seen.
import { all, one } from "../dom.js";
import { listen } from "../live.js";
import { instead, pageAt, saying, together } from "./fetching.js";

const SEEN_MS = 700;

const numberHere = () => one("[data-ticket]")?.dataset.ticket;
const shownVersion = () => Number(one("#live-version")?.dataset.version ?? 0);

let unseen = [];
let newest = 0;

export function startConversation() {
  if (!one("[data-ticket] #flow")) return;
  const renew = together(take);
  newest = shownVersion();
  listen("tickets", ({ tickets }) => {
    const mine = tickets.find(({ number }) => number === numberHere());
    if (mine && mine.version > newest) renew();
    else if (mine && mine.what.includes("changed")) renew();
  });
  listen("refetch", renew);
  listen("gone", ({ numbers }) => numbers.includes(numberHere()) && showGone());
  document.addEventListener("click", (event) => event.target.closest("[data-show-messages]") && goToNews());
  watchSeen();
}

async function take() {
  const page = await pageAt(location.pathname + location.search);
  if (page === "gone") return showGone();
  const flow = one("#flow");
  const fresh = page && one("#flow", page);
  if (!fresh || !flow) return;
  newest = Number(one("#live-version", page)?.dataset.version ?? newest);
  const came = merge(flow, fresh);
  renewHead(page);
  renewSide(page);
  tellOf(came);
  if (came.length === 0 && unseen.length === 0) settle();
}

// Puts what is new into the conversation, in its order; what is there stays as it is, open and focused as it was.
function merge(flow, fresh) {
  const came = [];
  const known = new Map(all(":scope > .msg", flow).map((message) => [message.id, message]));
  let place = one(":scope > .msg, :scope > .event, :scope > .events", flow);
  for (const line of all(":scope > .event, :scope > .events", flow)) if (!line.contains(document.activeElement)) line.remove();
  place = one(":scope > .msg", flow);
  for (const part of [...fresh.children]) {
    if (!part.matches(".msg, .event, .events")) continue;
    const there = part.id && known.get(part.id);
    if (there) {
      const now = renewMessage(there, part);
      known.delete(part.id);
      place = now.nextElementSibling;
      continue;
    }
    const added = document.importNode(part, true);
    flow.insertBefore(added, place);
    if (part.matches(".msg")) came.push(added);
    window.htmx?.process(added);
  }
  // Older ones that this page does not have any more are left; those that were moved away are not.
  const first = one(":scope > .msg", fresh)?.id;
  for (const [id, message] of known) if (first && idOf(id) >= idOf(first)) message.remove();
  return came;
}

const idOf = (id) => Number(id.slice(1));

function renewMessage(message, fresh) {
  const isInUse = message.contains(document.activeElement) || getSelection()?.containsNode(message, true);
  if (isInUse || saying(message) === saying(fresh)) return message;
  const now = document.importNode(fresh, true);
  all("details[open]", message).forEach((_one, place) => all("details", now)[place]?.setAttribute("open", ""));
  message.replaceWith(now);
  window.htmx?.process(now);
  return now;
}

function renewHead(page) {
  for (const selector of ["#ticket-head h1", "#ticket-head .tags"]) {
    const part = one(selector);
    const fresh = one(selector, page);
    if (!part || !fresh || part.contains(document.activeElement) || saying(part) === saying(fresh)) continue;
    part.replaceWith(document.importNode(fresh, true));
  }
}

// What somebody is changing stays; saving it then shows both.
function renewSide(page) {
  const side = one("#side-body");
  const fresh = one("#side-body", page);
  if (!side || !fresh || saying(side) === saying(fresh)) return;
  if (side.contains(document.activeElement) || one(".prop.changed, .wrong, details[open]", side)) return;
  const now = document.importNode(fresh, true);
  side.replaceWith(now);
  window.htmx?.process(now);
}

function tellOf(came) {
  const foreign = came.filter((message) => !message.hasAttribute("data-mine"));
  if (foreign.length === 0) return;
  unseen.push(...foreign);
  for (const message of foreign) observer.observe(message);
  const said = one("#live-said");
  const last = foreign.at(-1);
  const who = one("b[id]", last)?.textContent.trim() ?? "";
  if (said) said.textContent = said.dataset[last.matches(".note") ? "note" : "message"].replace("{name}", who);
  offer();
}

let observer;
function watchSeen() {
  const timers = new Map();
  observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        clearTimeout(timers.get(target));
        if (isIntersecting) timers.set(target, setTimeout(() => see(target), SEEN_MS));
      }
    },
    { threshold: 0.2 },
  );
  document.addEventListener("visibilitychange", () => document.hidden || all("#flow .msg").forEach((one) => unseen.includes(one) && (observer.unobserve(one), observer.observe(one))));
}

function see(message) {
  if (document.hidden) return;
  observer.unobserve(message);
  unseen = unseen.filter((one) => one !== message && one.isConnected);
  offer();
  if (unseen.length === 0) settle();
}

// All that is new was seen: what is being written answers that.
function settle() {
  if (one("#notices .notice.warn") || newest <= shownVersion()) return;
  one("#live-version").dataset.version = newest;
  const last = Math.max(0, ...all("#flow .msg").map((message) => idOf(message.id)));
  for (const field of all("#composer input[name=version]")) field.value = newest;
  for (const field of all("#composer input[name=seen]")) field.value = last;
}

function offer() {
  const badge = one("[data-show-messages]");
  if (!badge) return;
  const count = unseen.length;
  badge.hidden = count === 0;
  if (count) one("[data-words]", badge).textContent = count === 1 ? badge.dataset.one : badge.dataset.many.replace("{n}", count);
}

function goToNews() {
  const first = unseen.find((message) => message.isConnected);
  if (!first) return;
  first.tabIndex = -1;
  first.focus({ preventScroll: true });
  first.scrollIntoView({ block: "center" });
}

function showGone() {
  const said = one("#live-gone");
  const ticket = one("[data-ticket]");
  if (!said || !ticket) return;
  // What was typed is not lost with what is hidden.
  const typed = all("#composer textarea").map((area) => area.value).filter((text) => text.trim()).join("\n\n");
  ticket.replaceWith(instead(said));
  const kept = one("[data-typed]");
  if (kept && typed) {
    one("textarea", kept).value = typed;
    kept.hidden = false;
  }
  one("h1")?.focus();
}
