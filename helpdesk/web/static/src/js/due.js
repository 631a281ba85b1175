// Keeps "due in 1 h 12" true while the page stays open, by the desk's clock and in the words the server gave.
import { all, one, onContent } from "./dom.js";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const EVERY = 10_000;
const TONES = { ahead: "", soon: "warn", now: "warn", late: "late" };

let words = null;
let ahead = 0;
let soon = 0;

export function startDue() {
  onContent(readWords);
  const refresh = () => document.hidden || (words && all("time.due").forEach(renew));
  setInterval(refresh, EVERY);
  document.addEventListener("visibilitychange", refresh);
}

// How far the desk's clock is ahead of this computer's; who sets theirs wrong still sees what is due.
function readWords(within) {
  const holder = within.matches?.("[data-due-words]") ? within : one("[data-due-words]", within);
  if (!holder) return;
  words = JSON.parse(holder.dataset.dueWords);
  soon = Number(holder.dataset.soon);
  ahead = Date.parse(holder.dataset.now) - Date.now();
}

function renew(pill) {
  const now = Date.now() + ahead;
  const due = Date.parse(pill.dateTime);
  const late = Date.parse(pill.dataset.late);
  const standing = now > late ? "late" : now >= due ? "now" : due - now <= soon * 1000 ? "soon" : "ahead";
  const left = standing === "late" ? now - late : due - now;
  const text = words[standing].replace("{what}", pill.dataset.what).replace("{time}", length(left / 1000));
  const said = one("[data-said]", pill);
  if (said.textContent !== text) said.textContent = text;
  if (pill.dataset.standing !== standing) {
    if (TONES[pill.dataset.standing]) pill.classList.remove(TONES[pill.dataset.standing]);
    if (TONES[standing]) pill.classList.add(TONES[standing]);
    pill.dataset.standing = standing;
  }
}

function length(seconds) {
  if (seconds < MINUTE) return words.now;
  const days = Math.floor(seconds / DAY);
  const hours = Math.floor((seconds % DAY) / HOUR);
  const minutes = Math.floor((seconds % HOUR) / MINUTE);
  if (days) return put(hours ? words.dh : words.d, days, hours, minutes);
  if (hours) return put(minutes ? words.hm : words.h, days, hours, String(minutes).padStart(2, "0"));
  return put(words.m, days, hours, minutes);
}

const put = (form, days, hours, minutes) =>
  form.replace("{d}", days).replace("{h}", hours).replace("{m}", minutes);
