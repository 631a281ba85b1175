// Shows notices on the screen, in one window however many are open: what was shown stands in the browser's store, and the
// windows look there one after the other. The window that shows the ticket has the first word: then nothing is shown.
import { one, store } from "../dom.js";
import { isWanted } from "./screen.js";

// So long the window that somebody looks at has for saying so.
const WAIT_MS = 400;
const MOST_SHOWN = 3;
const LONGEST_MEMORY = 60;

export async function popUp(main, lines, { isHere }) {
  const person = main.dataset.person;
  const wanted = lines.filter((line) => line.title);
  if (wanted.length === 0 || !isWanted(person)) return;
  const seen = wanted.filter(isHere);
  if (seen.length) await claim(person, seen);
  const others = wanted.filter((line) => !isHere(line));
  if (others.length === 0) return;
  await new Promise((done) => setTimeout(done, WAIT_MS));
  const mine = await claim(person, others);
  const { many, list } = one("#told").dataset;
  if (mine.length > MOST_SHOWN) show({ title: many.replace("{n}", mine.length), body: "", url: list, tag: "many" });
  else mine.forEach(show);
}

// Those of these lines that no window had yet; from now on this one has.
const claim = (person, lines) =>
  navigator.locks.request(`shown:${person}`, () => {
    const place = `shown:${person}`;
    const shown = store.get(place) ?? [];
    const mine = lines.filter(({ key }) => !shown.includes(key));
    store.set(place, [...shown, ...mine.map(({ key }) => key)].slice(-LONGEST_MEMORY));
    return mine;
  });

function show({ title, body, url, tag }) {
  const shown = new Notification(title, { body, tag, icon: one("#told").dataset.icon, lang: document.documentElement.lang });
  shown.addEventListener("click", () => {
    shown.close();
    focus();
    // What somebody writes in this window stays where it is.
    if (location.pathname !== new URL(url, location.href).pathname) open(url, "_blank", "noopener");
  });
}

// While no page is looked at, one of them keeps its line, so that there is somebody to tell: whoever has the lock.
export function keepLine(main, start) {
  const person = main.dataset.person;
  if (!isWanted(person)) return () => {};
  const waiting = new AbortController();
  let letGo = () => {};
  navigator.locks
    .request(`line:${person}`, { signal: waiting.signal }, () => {
      if (document.hidden) start();
      return new Promise((done) => (letGo = done));
    })
    .catch(() => {});
  return () => (waiting.abort(), letGo());
}
