// Canned answers in the composer: `/` at the beginning of a word, or the button, opens a list that narrows as one types.
import { all, on, one } from "./dom.js";
import { fieldOf } from "./field.js";

const WORD_START = /(^|\s)$/;
const BLANK = /\{[a-z_]+\}/g;
let area;
// Where the text was being written when the list opened.
let place;
let answers;

export function startCanned() {
  const dialog = one("#canned");
  if (!dialog) return;
  on("click", "[data-canned]", (event, link) => {
    event.preventDefault();
    open(dialog, link.href, one("textarea", link.form ?? link.closest("form")));
  });
  on("beforeinput", "#composer :is(textarea, .rich-text)", (event, target) => {
    if (event.data !== "/" || event.inputType !== "insertText") return;
    const written = target.area ?? target;
    if (!one("[data-canned]", written.form)) return;
    if (!WORD_START.test(fieldOf(written).before())) return;
    event.preventDefault();
    open(dialog, one("[data-canned]", written.form).href, written, "/");
  });
  const search = one("#canned-search");
  search.addEventListener("input", () => narrow(search.value));
  search.addEventListener("keydown", (event) => move(event, dialog));
  one("#canned-list").addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(dialog, option);
  });
  dialog.addEventListener("close", () => leave(dialog));
  document.addEventListener("desk:canned", ({ detail }) => insert(dialog, detail));
  on("input", "#composer textarea[name=text]", (_event, target) => markBlanks(target));
  const reply = one("#composer textarea[name=text]");
  if (reply) markBlanks(reply);
}

async function open(dialog, url, target, typed = "") {
  area = target;
  place = fieldOf(target).place();
  dialog.dataset.typed = typed;
  dialog.returnValue = "";
  dialog.showModal();
  const search = one("#canned-search");
  search.value = "";
  search.focus();
  const state = one("[data-canned-state]");
  if (!answers) {
    try {
      const answer = await fetch(url, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      answers = read(await answer.text());
    } catch {
      state.textContent = state.dataset.failed;
      return;
    }
  }
  narrow(search.value);
}

// The list stands on a page of its own, which is what the button leads to without this script.
function read(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  return all("#answers [data-answer]", page).map((item) => ({
    key: item.dataset.key,
    title: item.dataset.answer,
    meta: one("[data-meta]", item).textContent,
    text: one("[data-text]", item).textContent,
    found: [item.dataset.answer, item.dataset.words, item.textContent].join(" ").toLowerCase(),
  }));
}

function narrow(typed) {
  if (!answers) return;
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = answers.filter((one) => words.every((word) => one.found.includes(word)));
  const rank = (one) => Number(!one.title.toLowerCase().includes(words[0] ?? ""));
  fitting.sort((a, b) => rank(a) - rank(b));
  one("#canned-list").replaceChildren(...fitting.map(drawn));
  const state = one("[data-canned-state]");
  state.textContent = fitting.length === 0 ? state.dataset.none : "";
  mark(one("#canned-list").firstElementChild);
}

function drawn(answer, place) {
  const option = document.createElement("div");
  option.id = `canned-${place}`;
  option.setAttribute("role", "option");
  option.answer = answer;
  for (const [tag, text] of [["b", answer.title], ["small", answer.meta], ["p", answer.text]]) {
    const part = document.createElement(tag);
    part.dir = "auto";
    part.textContent = text;
    option.append(part);
  }
  return option;
}

function mark(option) {
  for (const other of all("#canned-list [aria-selected]")) other.removeAttribute("aria-selected");
  const search = one("#canned-search");
  if (!option) return search.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  search.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function move(event, dialog) {
  const now = one("#canned-list [aria-selected]");
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (step) {
    event.preventDefault();
    if (now?.[step]) mark(now[step]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (now) choose(dialog, now);
  }
}

function choose(dialog, option) {
  dialog.returnValue = "chosen";
  dialog.close("chosen");
  put(option.answer.text);
}

// A slash that was meant as one stands where it was typed.
function leave(dialog) {
  if (dialog.returnValue === "" && area) fieldOf(area).focus();
  if (dialog.returnValue !== "chosen" && dialog.dataset.typed) put(dialog.dataset.typed);
}

function put(text) {
  fieldOf(area).insert(text, place);
  const [name] = text.match(BLANK) ?? [];
  if (name) fieldOf(area).select(name);
}

function markBlanks(target) {
  const place = one("[data-blanks]", target.form);
  if (!place) return;
  const names = [...new Set(target.value.match(BLANK) ?? [])];
  place.textContent = names.length > 0 ? place.dataset.words.replace("{names}", names.join(", ")) : "";
}

// The palette names one by its key; where the list does not come or lacks it, the open list says so.
async function insert(dialog, key) {
  await open(dialog, one("#composer [data-canned]").href, one("#composer textarea[name=text]"));
  const option = all("#canned-list [role=option]").find((item) => item.answer.key === key);
  if (option) choose(dialog, option);
}
