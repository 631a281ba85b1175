// The part of one's settings that lets this browser show notices: it is asked for by a button, and by nothing else.
import { one } from "./dom.js";
import { stateFor, want } from "./live/screen.js";

const part = one("[data-desktop]");
const person = part?.dataset.person;

function show() {
  const state = stateFor(person);
  const said = one("[data-said]", part);
  part.dataset.state = state;
  if (said.textContent !== said.dataset[state]) said.textContent = said.dataset[state];
  one("[data-allow]", part).hidden = state !== "off";
  one("[data-forbid]", part).hidden = one("[data-try-it]", part).hidden = state !== "on";
}

async function allow() {
  const answer = await Notification.requestPermission();
  if (answer === "granted") want(person, true);
  show();
  one("[data-try-it]:not([hidden]), [data-allow]:not([hidden])", part)?.focus();
}

function forbid() {
  want(person, false);
  show();
  one("[data-allow]", part).focus();
}

function tryIt() {
  new Notification("Commondesk", { body: part.dataset.try, icon: part.dataset.icon, tag: "try" });
}

if (part) {
  one("[data-allow]", part).addEventListener("click", allow);
  one("[data-forbid]", part).addEventListener("click", forbid);
  one("[data-try-it]", part).addEventListener("click", tryIt);
  // The answer may be changed beside the address while the page is open.
  document.addEventListener("visibilitychange", () => document.hidden || show());
  show();
}
