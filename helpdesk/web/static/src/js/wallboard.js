// The wallboard: a stream says that its numbers may have changed, and it takes them anew; without one it asks now and then. It is
// a page of numbers only; when the desk does not answer, it says since when.
import { together } from "./live/fetching.js";
import { Line } from "./live/line.js";

// How long somebody waits changes with time alone.
const OLDEST_MS = 30000;
const TICK_MS = 5000;
const board = () => document.querySelector("#board");

let last = new Date();

async function refresh() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.status === 404 || answer.redirected) return void location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of [".tiles", ".scroll tbody"]) {
      const fresh = page.querySelector(part);
      const shown = board().querySelector(part);
      if (fresh && shown.innerHTML !== fresh.innerHTML) shown.innerHTML = fresh.innerHTML;
    }
    last = new Date();
    tell("");
    return page.querySelector("#board").dataset.pass;
  } catch {
    tell(board().dataset.lost.replace("{time}", clock(last)));
    return null;
  }
}

// Without a stream; a pass that was refused may only be old, and the page has a new one.
async function ask(line) {
  const pass = await refresh();
  const isRenewed = Boolean(pass) && line.isRefused && pass !== line.pass && !line.wasRenewed;
  if (pass) line.pass = pass;
  line.wasRenewed = isRenewed || (line.isRefused && line.wasRenewed);
  line.isRefused = false;
  return isRenewed ? "renewed" : Boolean(pass);
}

function tell(words) {
  const place = board().querySelector("[data-lost-place]");
  if (place.textContent !== words) place.textContent = words;
}

const clock = (at) => new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" }).format(at);
const showTime = () => (board().querySelector("[data-clock]").textContent = clock(new Date()));

const renew = together(refresh);
const line = new Line({
  url: board().dataset.live,
  path: "/live/board",
  pass: board().dataset.pass,
  ask,
  hear: ({ type }) => ["hello", "board"].includes(type) && renew(),
  changed: (state) => (board().dataset.stream = state),
});
showTime();
setInterval(showTime, TICK_MS);
setInterval(() => Date.now() - last > OLDEST_MS && renew(), TICK_MS);
addEventListener("online", () => line.start());
line.start();
