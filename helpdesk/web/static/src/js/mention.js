// Names in notes: @ at the beginning of a word offers who can be told, and says who cannot see the ticket.
import { all, on, one } from "./dom.js";

const STARTED = /(?:^|[^\w.+-])@([^@\n]{0,40})$/;
const MOST_SHOWN = 8;
let known;

export function startMentions() {
  const area = one("#composer textarea[data-mentions]");
  if (!area) return;
  const box = one("#mention-list");
  on("input", "#composer textarea[data-mentions]", () => offer(area, box));
  area.addEventListener("keydown", (event) => move(event, area, box));
  area.addEventListener("blur", () => setTimeout(() => hide(area, box), 150));
  box.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) put(option, area, box);
  });
}

async function offer(area, box) {
  if (typedBy(area) !== undefined) known ??= await fetched(area.dataset.mentions);
  // Somebody wrote on while the names came.
  const typed = typedBy(area);
  if (typed === undefined || !known) return hide(area, box);
  const begun = typed.toLowerCase();
  const fits = (name) => name.toLowerCase().startsWith(begun) || name.toLowerCase().includes(` ${begun}`);
  const found = known.filter((each) => fits(each.name) && each.name.toLowerCase() !== begun).slice(0, MOST_SHOWN);
  if (found.length === 0) return hide(area, box);
  box.replaceChildren(...found.map((each, place) => drawn(each, place)));
  box.hidden = false;
  mark(one("[role=option]:not([aria-disabled])", box), area, box);
}

function typedBy(area) {
  return area.value.slice(0, area.selectionStart).match(STARTED)?.[1];
}

async function fetched(href) {
  try {
    const answer = await fetch(href, { headers: { Accept: "application/json" } });
    return answer.ok ? (await answer.json()).names : undefined;
  } catch {
    return undefined;
  }
}

function drawn(each, place) {
  const option = document.createElement("div");
  option.id = `mention-${place}`;
  option.setAttribute("role", "option");
  option.dataset.name = each.name;
  if (!each.may) option.setAttribute("aria-disabled", "true");
  const name = document.createElement("b");
  name.textContent = each.name;
  const words = document.createElement("small");
  words.textContent = each.words;
  option.append(name, " ", words);
  return option;
}

function mark(option, area, box) {
  for (const other of all("[aria-selected]", box)) other.removeAttribute("aria-selected");
  if (!option) return area.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  area.setAttribute("aria-activedescendant", option.id);
}

function move(event, area, box) {
  if (box.hidden) return;
  const options = all("[role=option]:not([aria-disabled])", box);
  const now = options.findIndex((option) => option.hasAttribute("aria-selected"));
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && options.length > 0) {
    event.preventDefault();
    mark(options[(now + step + options.length) % options.length], area, box);
  } else if ((event.key === "Enter" || event.key === "Tab") && now >= 0 && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    put(options[now], area, box);
  } else if (event.key === "Escape") {
    event.preventDefault();
    hide(area, box);
  }
}

function put(option, area, box) {
  if (option.hasAttribute("aria-disabled")) return;
  const typed = typedBy(area) ?? "";
  const end = area.selectionStart;
  area.setSelectionRange(end - typed.length, end);
  const text = `${option.dataset.name} `;
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, end - typed.length, end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  hide(area, box);
}

function hide(area, box) {
  box.hidden = true;
  area.removeAttribute("aria-activedescendant");
}
