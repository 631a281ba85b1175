// The tickets that were lately looked at in this tab, by number alone; whoever signs out, or signs in as somebody else,
// leaves nothing behind.
import { on, one } from "./dom.js";

const RECENT = "recent";
// Where htmx keeps the path of the page.
const PATH = "htmx-current-path-for-history";
const MOST = 7;

export function startRecent() {
  const person = one("#main")?.dataset.person;
  const forget = () => [RECENT, PATH].forEach((name) => sessionStorage.removeItem(name));
  try {
    on("submit", "[data-sign-out]", forget);
    const kept = JSON.parse(sessionStorage.getItem(RECENT) ?? "null");
    if (kept && kept.person !== person) forget();
    const number = one("[data-ticket]")?.dataset.ticket;
    if (!person || !number) return;
    const others = kept?.person === person ? kept.numbers.filter((one) => one !== number) : [];
    sessionStorage.setItem(RECENT, JSON.stringify({ person, numbers: [number, ...others].slice(0, MOST) }));
  } catch {
    // A browser may refuse its store; then nothing is remembered.
  }
}
