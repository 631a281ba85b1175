// What the desk tells this page, for whoever wants to hear it; the line itself is a bundle of its own (live/main.js).
//
// Kinds: "tickets" {tickets: [{number, version, what, by}]}, "gone" {numbers}, "counts" {counts: {view: n}}, among them
// as "rail" a number that is another one once the views of the menu are,
// "presence" {number, people: [{id, name, state}]}, "refetch" {} (more was missed than is kept: look at everything again),
// "board" {} (for who leads: who is there, or what waits in chats, changed),
// "notices" {unread, newest} (how much this person has not read, and the moment of the newest of it), "state" {state: "open" | "polling" | "lost" | "ended"}.

export function listen(kind, handler) {
  document.addEventListener(`live:${kind}`, (event) => handler(event.detail));
}

export function tell(kind, detail = {}) {
  document.dispatchEvent(new CustomEvent(`live:${kind}`, { detail }));
}
