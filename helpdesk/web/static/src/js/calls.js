// Calls: the dialog that logs one from anywhere, its running clock, and the call that rings at one's own extension.
// A script of its own, since the console's has a budget; it finds htmx there.
import { all, isTyping, on, one, store } from "./dom.js";

const POLL_MS = 3000;
const BROUGHT = "call-brought";
const SECOND = 1000;

function startCalls() {
  on("click", "[data-key=log-call], [data-call-open]", (event, link) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const here = one("main [data-call-form]");
    if (!here && !one("#call")) return;
    event.preventDefault();
    if (here && link.matches("[data-key=log-call]")) return one("#call-number").focus();
    open(link);
  });
  on("input", "#call-length", (_event, field) => (field.dataset.typed = "yes"));
  on("keydown", "[data-call-form]", (event, form) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit(one("[value=save]", form));
  });
  on("change", "[data-call-form] select[name=call_back]", (_event, field) => {
    if (field.value === "at") one("#call-call-back-at")?.focus();
  });
  setInterval(run, SECOND);
  run();
  watch();
}

// What was typed stays in the dialog when it is closed; another caller asks for another form.
async function open(link) {
  const dialog = one("#call");
  const address = new URL(link.href);
  const ticket = one("[data-ticket]")?.dataset.ticket;
  if (ticket && !address.search) address.searchParams.set("ticket", ticket);
  const wanted = address.href;
  const place = one("[data-call-place]", dialog);
  if (dialog.dataset.holds !== wanted || !place.firstElementChild) {
    address.searchParams.set("dialog", "1");
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      place.innerHTML = await answer.text();
    } catch {
      location.assign(link.href);
      return;
    }
    dialog.dataset.holds = wanted;
    window.htmx.process(place);
  }
  dialog.showModal();
  const number = one("#call-number");
  (number.value === "" ? number : one("#call-notes")).focus();
  run();
}

function run() {
  const field = one("#call-length");
  const began = Date.parse(one("[data-call-started]")?.value ?? "");
  if (!field || field.dataset.typed || Number.isNaN(began)) return;
  if (field.value && !field.dataset.runs) return;
  field.dataset.runs = "yes";
  const gone = Math.max(0, Math.floor((Date.now() - began) / SECOND));
  field.value = `${Math.floor(gone / 60)}:${String(gone % 60).padStart(2, "0")}`;
}

function watch() {
  const box = one("[data-calls]");
  if (!box) return;
  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(box.dataset.calls, { headers: { Accept: "application/json" } });
      const call = answer.ok && !answer.redirected ? await answer.json() : {};
      show(box, call.id ? call : null);
    } catch {
      // The desk is away for a moment; the next look tells.
    }
  };
  setInterval(look, POLL_MS);
  look();
}

// The caller's page comes by itself once, and never over something that somebody is typing.
function show(box, call) {
  const link = one("a", box);
  const here = call && location.pathname === new URL(call.url, location.href).pathname;
  box.hidden = !call || here;
  if (!call || here) return;
  if (link.textContent !== call.words) link.textContent = call.words;
  link.href = call.url;
  const busy = isTyping(document.activeElement) || one("dialog[open]") || all("[data-draft][data-unkept=yes]").length > 0;
  if (!call.answered || busy || store.get(BROUGHT) === call.id) return;
  store.set(BROUGHT, call.id);
  location.assign(call.url);
}

startCalls();
