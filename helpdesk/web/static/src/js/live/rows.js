// The list, as it changes: what is shown is renewed where it stands; what is new comes in where nobody is disturbed, and is
// offered by a badge where somebody reads, chooses or scrolls.
import { all, one } from "../dom.js";
import { listen } from "../live.js";
import { pageAt, saying, together } from "./fetching.js";

const rows = (within) => all("tr[data-number]", within);
const numbered = (number, within) => one(`tr[data-number="${CSS.escape(number)}"]`, within);
const versionOf = (row) => Number(one("input[name=ticket]", row)?.value.split("@")[1] ?? 0);

let waiting = null;

export function startRows() {
  if (!one("#results")) return;
  const renew = together(take);
  listen("tickets", ({ tickets }) => {
    const isNews = ({ number, version }) => {
      const row = numbered(number, document);
      return !row || versionOf(row) < version;
    };
    if (tickets.some(isNews)) renew();
  });
  listen("gone", ({ numbers }) => {
    for (const number of numbers) numbered(number, document)?.remove();
  });
  listen("refetch", renew);
  document.addEventListener("click", (event) => event.target.closest("[data-show-news]") && showAll());
  // Whoever filters or sorts sees what is new by that.
  document.addEventListener("htmx:afterSwap", () => {
    waiting = null;
    offer(0);
  });
}

async function take() {
  const part = one("#results");
  const page = await pageAt(location.href);
  const fresh = page instanceof Document ? one("#results", page) : null;
  // Filters may have been changed while this was on its way.
  if (!fresh || part !== one("#results")) return;
  const shown = new Map(rows(part).map((row) => [row.dataset.number, row]));
  const news = rows(fresh).filter((row) => !shown.has(row.dataset.number)).length;
  const order = (within) => rows(within).map((row) => row.dataset.number).join();
  waiting = fresh;
  if (order(part) === order(fresh) && shown.size > 0) renewRows(part, fresh);
  else if (isDisturbed(part)) {
    renewRows(part, fresh);
    return offer(news);
  } else return showAll();
  offer(0);
}

// Whether what moves would move under somebody's eyes, hand or keys.
function isDisturbed(part) {
  if (rows(part).length === 0) return false;
  return (
    scrollY > 80 ||
    part.contains(document.activeElement) ||
    part.matches(":hover") ||
    one("tbody input:checked, tr.here", part) !== null
  );
}

function renewRows(part, fresh) {
  for (const row of rows(part)) {
    const other = numbered(row.dataset.number, fresh);
    row.classList.toggle("left-view", !other);
    if (other && saying(row) !== saying(other)) renewRow(row, other.cloneNode(true));
  }
}

function renewRow(row, fresh) {
  const box = one("input[name=ticket]", fresh);
  const was = one("input[name=ticket]", row);
  if (box && was) box.checked = was.checked;
  fresh.classList.toggle("here", row.classList.contains("here"));
  const focus = focusIn(row);
  row.replaceWith(fresh);
  focus(fresh);
}

// Which part of a row has the focus, to give it to the same part of the row that takes its place.
function focusIn(row) {
  const at = document.activeElement;
  if (!row.contains(at)) return () => {};
  const tag = at.matches("input") ? "input[name=ticket]" : ".subject a";
  return (fresh) => one(tag, fresh)?.focus({ preventScroll: true });
}

function showAll() {
  const part = one("#results");
  if (!waiting || !part) return;
  const chosen = new Set(all("tbody input:checked", part).map((box) => box.value.split("@")[0]));
  const here = one("tr.here", part)?.dataset.number;
  const focused = document.activeElement.closest?.("#results tr")?.dataset.number;
  const fresh = document.importNode(waiting, true);
  waiting = null;
  part.replaceWith(fresh);
  for (const box of all("tbody input[name=ticket]", fresh)) box.checked = chosen.has(box.value.split("@")[0]);
  if (here) numbered(here, fresh)?.classList.add("here");
  if (focused) one(".subject a", numbered(focused, fresh) ?? fresh)?.focus({ preventScroll: true });
  window.htmx?.process(fresh);
  offer(0);
  document.dispatchEvent(new CustomEvent("list:renewed"));
}

function offer(count) {
  const badge = one("[data-show-news]");
  if (!badge) return;
  badge.hidden = count === 0;
  if (count === 0) return;
  const words = count === 1 ? badge.dataset.one : badge.dataset.many.replace("{n}", count);
  if (one("[data-words]", badge).textContent === words) return;
  one("[data-words]", badge).textContent = words;
  const said = one("#live-said");
  if (said) said.textContent = words;
}
