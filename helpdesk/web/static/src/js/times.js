// Keeps "12 min ago" true while the page stays open.
import { all } from "./dom.js";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

export function startTimes() {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { style: "short" });
  const refresh = (within) => all("time[data-ago]", within).forEach((time) => renew(time, words));
  setInterval(() => document.hidden || refresh(document), 30_000);
  document.addEventListener("visibilitychange", () => document.hidden || refresh(document));
}

function renew(time, words) {
  const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
  // Below a minute and past a day the server's words stay right.
  if (!(seconds >= MINUTE && seconds < DAY)) return;
  const text =
    seconds < HOUR
      ? words.format(-Math.floor(seconds / MINUTE), "minute")
      : words.format(-Math.floor(seconds / HOUR), "hour");
  if (time.textContent !== text) time.textContent = text;
}
