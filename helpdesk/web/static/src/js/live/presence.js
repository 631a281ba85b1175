// Who else looks at this ticket, and who writes; on the list, by each ticket. Said by each page for itself, and soon forgotten.
import { all, one, on } from "../dom.js";
import { listen } from "../live.js";

const AGAIN_MS = 20000;
const WRITING_MS = 5000;
const STOPPED_MS = 9000;

const everybody = new Map();
let me;

export function startPresence(line, asking, main) {
  me = Number(main.dataset.person);
  listen("everywhere", ({ here }) => {
    everybody.clear();
    for (const { number, people } of here) everybody.set(number, people);
    showAll();
  });
  listen("presence", ({ number, people }) => {
    everybody.set(number, people);
    show(number);
  });
  listen("gone", ({ numbers }) => numbers.forEach((number) => everybody.delete(number)));
  document.addEventListener("list:renewed", showAll);
  document.addEventListener("htmx:afterSwap", showAll);
  if (one("[data-ticket]")) sayHere(line, asking, main);
}

const othersAt = (number) => (everybody.get(number) ?? []).filter(({ id }) => id !== me);

function showAll() {
  const here = one("[data-ticket]")?.dataset.ticket;
  if (here) show(here);
  for (const row of all("tr[data-number]")) showInRow(row);
}

function show(number) {
  if (one("[data-ticket]")?.dataset.ticket === number) showOnTicket(othersAt(number));
  const row = one(`tr[data-number="${CSS.escape(number)}"]`);
  if (row) showInRow(row);
}

// "Cleo is writing", in the words of the page: its templates hold a {name}.
function words({ name, state }, place) {
  return place.dataset[state].replace("{name}", name);
}

function showOnTicket(people) {
  const place = one("#who-is-here");
  if (!place) return;
  const said = people.map((person) => words(person, place)).join(" · ");
  const text = one("[data-words]", place);
  if (text.textContent === said) return;
  text.textContent = said;
  place.classList.toggle("writes", people.some(({ state }) => state === "writing"));
  place.classList.toggle("nobody-else", people.length === 0);
}

function showInRow(row) {
  const people = othersAt(row.dataset.number);
  let mark = one(".who-is-here", row);
  if (people.length === 0) return mark?.remove();
  const source = one("#live-said");
  if (!source) return;
  if (!mark) {
    mark = Object.assign(document.createElement("span"), { className: "who-is-here" });
    one(".subject", row)?.append(mark);
  }
  mark.textContent = people.map((person) => words(person, source)).join(" · ");
  mark.classList.toggle("writes", people.some(({ state }) => state === "writing"));
}

function sayHere(line, asking, main) {
  const tab = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  let told = 0;
  let isWriting = false;
  let stopping;
  const say = (state) => {
    const ticket = one("[data-ticket]")?.dataset.ticket;
    if (!ticket) return;
    const keepalive = state === "gone";
    const toGateway = () => [`${line.url}/live/here`, JSON.stringify({ pass: line.pass, ticket, state, tab })];
    // Plain text asks no leave of another port first; what is not heard is said again soon.
    const [url, body] = asking.isGatewayMute ? toPages(main, ticket, { state, tab }) : toGateway();
    fetch(url, { method: "POST", body, keepalive }).catch(() => {});
    told = Date.now();
  };
  const tell = () => document.hidden || say(isWriting ? "writing" : "looking");
  const stop = () => {
    isWriting = false;
    tell();
  };
  on("input", "#composer textarea, #composer [contenteditable]", () => {
    clearTimeout(stopping);
    stopping = setTimeout(stop, STOPPED_MS);
    if (isWriting && Date.now() - told < WRITING_MS) return;
    isWriting = true;
    say("writing");
  });
  // Only where somebody listens: a desk that does not answer is not told again and again.
  let before;
  listen("state", ({ state }) => {
    const isNew = state !== before && ["open", "polling"].includes(state);
    before = state;
    if (isNew) tell();
  });
  setInterval(() => one("#main").dataset.stream !== "lost" && tell(), AGAIN_MS);
  document.addEventListener("visibilitychange", () => (document.hidden ? say("gone") : tell()));
  addEventListener("pagehide", () => say("gone"));
}

// What the gateway does not take, the pages take.
function toPages(main, ticket, said) {
  const token = one("input[name=csrf_token]")?.value ?? "";
  return [main.dataset.here.replace("/0/", `/${ticket}/`), new URLSearchParams({ ...said, csrf_token: token })];
}
