// The page of who leads groups: giving tickets by drag and by keys, through the same forms; and its numbers kept fresh.
import { all, isTyping, on, one } from "./dom.js";
import { listen } from "./live.js";
import { pageAt, saying, together } from "./live/fetching.js";

const rows = () => all("#team [data-give]");
let dragged = null;

function give(row, agent) {
  const select = one("select[name=assignee]", row);
  if (![...select.options].some((option) => option.value === agent)) return;
  select.value = agent;
  one("form", row).requestSubmit();
}

function startDrag() {
  const let_drag = () => rows().forEach((row) => (row.draggable = true));
  let_drag();
  document.addEventListener("team:renewed", let_drag);
  on("dragstart", "[data-give]", (event, row) => {
    dragged = row;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.dataset.give);
    one("#team").classList.add("dragging");
  });
  on("dragend", "[data-give]", () => {
    dragged = null;
    one("#team").classList.remove("dragging");
    all(".agents .over").forEach((agent) => agent.classList.remove("over"));
  });
  on("dragover", "[data-agent]", (event, agent) => {
    if (!dragged) return;
    event.preventDefault();
    agent.classList.add("over");
  });
  on("dragleave", "[data-agent]", (event, agent) => agent.contains(event.relatedTarget) || agent.classList.remove("over"));
  on("drop", "[data-agent]", (event, agent) => {
    if (!dragged) return;
    event.preventDefault();
    give(dragged, agent.dataset.agent);
  });
}

// Before the keys of all pages, since j, k and a mean these rows here.
function startKeys() {
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]") || one("#keys")?.dataset.singles === "off") return;
      if (event.key === "Enter" && event.target.matches("[data-give] select")) {
        event.preventDefault();
        return event.target.form.requestSubmit();
      }
      if (isTyping(event.target)) return;
      const step = { j: 1, k: -1 }[event.key];
      if (step) go(step);
      else if (event.key === "a") one("select", document.activeElement.closest("[data-give]") ?? undefined)?.focus();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );
}

function go(step) {
  const every = rows();
  const at = every.indexOf(document.activeElement.closest("[data-give]"));
  every[Math.min(Math.max(at === -1 ? 0 : at + step, 0), every.length - 1)]?.focus();
}

// Not under a hand that drags or chooses: what is new is looked at again as soon as it lets go.
async function take() {
  const part = one("#team");
  const isBusy = () => dragged || one("select:focus", part);
  const page = isBusy() ? null : await pageAt(location.href);
  const fresh = page instanceof Document ? one("#team", page) : null;
  if (!fresh || isBusy()) return;
  if (saying(part) === saying(fresh)) return;
  const focused = document.activeElement.closest("#team [id]")?.id;
  part.replaceChildren(...document.importNode(fresh, true).childNodes);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("team:renewed"));
}

const renew = together(take);
for (const kind of ["tickets", "gone", "refetch", "counts", "board"]) listen(kind, renew);
document.addEventListener("focusout", (event) => event.target.closest?.("#team select") && renew());
document.addEventListener("dragend", renew);
startDrag();
startKeys();
