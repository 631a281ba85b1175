// Whether the browser may show notices on the screen, and whether somebody wants that of this computer.
import { store } from "../dom.js";

const place = (person) => `desktop:${person}`;

export const isSupported = () => "Notification" in globalThis && isSecureContext && "locks" in navigator;

// "on", "off", "refused" by the browser, or "unsupported".
export function stateFor(person) {
  if (!isSupported()) return "unsupported";
  if (Notification.permission === "denied") return "refused";
  return Notification.permission === "granted" && store.get(place(person)) === true ? "on" : "off";
}

export const isWanted = (person) => stateFor(person) === "on";

export function want(person, isOn) {
  if (isOn) store.set(place(person), true);
  else store.remove(place(person));
}
