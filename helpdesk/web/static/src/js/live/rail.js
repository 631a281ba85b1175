// The counts of the rail, as they change.
import { one } from "../dom.js";
import { listen } from "../live.js";

const MOST_SHOWN = 99;

export function startRail() {
  listen("counts", ({ counts }) => {
    for (const [view, count] of Object.entries(counts)) showCount(view, count);
  });
}

export function showCount(view, count) {
  const link = one(`.rail [data-count="${CSS.escape(view)}"]`);
  if (!link) return;
  let number = one(".n", link);
  if (!number) link.append((number = Object.assign(document.createElement("span"), { className: "n" })));
  const text = count > MOST_SHOWN ? `${MOST_SHOWN}+` : String(count);
  const spoken = one(".sr-only", number);
  if (number.firstChild?.nodeType === Node.TEXT_NODE) {
    if (number.firstChild.data.trim() !== text) number.firstChild.data = text;
  } else number.prepend(text);
  if (view === "late") {
    link.classList.toggle("late", count > 0);
    if (spoken && count === 0) spoken.remove();
  }
}
