// The bell: how much is unread, what is new said in words, and the page of notices as it changes. A ticket that is looked at
// is read: what one was told of it is not said again.
import { all, on, one, store } from "../dom.js";
import { listen } from "../live.js";
import { pageAt, saying, together } from "./fetching.js";
import { popUp } from "./popping.js";
import { showCount } from "./rail.js";

const LONGEST_MEMORY = 60;

const shownTicket = () => one("[data-ticket]")?.dataset.ticket;
const isLookedAt = () => !document.hidden && document.hasFocus();

let main;
let newest = "";
let said = [];

export function startNotices(element) {
  main = element;
  const place = `notices:${main.dataset.person}`;
  newest = store.get(place)?.newest ?? "";
  said = store.get(place)?.said ?? [];
  const renew = together(take);
  let isBeginning = true;
  listen("notices", ({ unread, newest: told }) => {
    show(unread);
    if (unread || isBeginning) markRead();
    isBeginning = false;
    const isFresh = told !== "" && BigInt(told) > BigInt(newest || 0);
    const isFirst = newest === "";
    // What there was before this browser knew anything is no news; after that everything is.
    if (isFirst) keep(told || "1", []);
    else if (isFresh) renew();
    renewPage();
  });
  document.addEventListener("visibilitychange", markRead);
  addEventListener("focus", markRead);
  on("submit", "[data-sign-out]", () => store.remove(place));

  async function take() {
    const lines = await fetched(newest);
    if (!lines) return;
    const fresh = lines.filter(({ key }) => !said.includes(key));
    keep(lines.map(({ key }) => key.split("/").at(-1)).reduce(later, newest), fresh.map(({ key }) => key));
    const here = isLookedAt() ? shownTicket() : undefined;
    const isHere = ({ number }) => number === here;
    announce(fresh.filter((line) => line.words && !isHere(line)));
    popUp(main, fresh, { isHere });
    if (fresh.some(isHere)) markRead();
  }

  function keep(told, keys) {
    newest = told;
    said = [...said, ...keys].slice(-LONGEST_MEMORY);
    store.set(place, { newest, said });
  }
}

const later = (one, other) => (BigInt(one || 0) > BigInt(other || 0) ? one : other);

async function fetched(after) {
  try {
    const answer = await fetch(`${main.dataset.notices}?${new URLSearchParams({ after })}`, { redirect: "manual" });
    return answer.ok ? (await answer.json()).lines : null;
  } catch {
    return null;
  }
}

function show(unread) {
  showCount("notices", unread);
  const bell = one("[data-bell]");
  if (!bell) return;
  bell.hidden = unread === 0;
  one("[data-n]", bell).textContent = unread > 99 ? "99+" : unread;
}

// One sentence, however much there is; a page that nobody looks at says nothing.
function announce(lines) {
  const region = one("#told");
  if (!region || lines.length === 0 || document.hidden) return;
  const [{ words, number }] = lines;
  region.textContent =
    lines.length === 1 ? `${words}: ${number}` : region.dataset.many.replace("{n}", lines.length);
}

let isMarking = false;
async function markRead() {
  const ticket = shownTicket();
  const token = one("input[name=csrf_token]")?.value;
  if (!ticket || !token || isMarking || !isLookedAt()) return;
  isMarking = true;
  try {
    await fetch(main.dataset.read, { method: "POST", body: new URLSearchParams({ ticket, csrf_token: token }) });
  } catch {
    // It is read with the next look.
  } finally {
    isMarking = false;
  }
}

const renewPage = together(async () => {
  const list = one("#told-list");
  const page = list && (await pageAt(location.pathname + location.search));
  if (!(page instanceof Document)) return;
  for (const selector of ["#told-list", "#told-head"]) {
    const [part, fresh] = [one(selector), one(selector, page)];
    if (part && fresh && saying(part) !== saying(fresh)) replace(part, document.importNode(fresh, true));
  }
});

// The focus stays on the line it was on, or on the list where that is gone.
function replace(part, fresh) {
  const at = part.contains(document.activeElement) ? document.activeElement : null;
  part.replaceWith(fresh);
  window.htmx?.process(fresh);
  if (!at) return;
  const same = all("a[href]", fresh).find((link) => link.getAttribute("href") === at.getAttribute("href"));
  (same ?? one("a[href], button", fresh) ?? one("#main"))?.focus({ preventScroll: true });
}
