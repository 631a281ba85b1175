// The bar below the editor: one stop of the Tab key, led through by arrows; each tool says whether it is on.
import { all, one } from "../dom.js";

const MARKS = { bold: "B", italic: "I", underline: "U", strike: "S" };
const OTHERS = { bold: ["STRONG"], italic: ["EM"], underline: [], strike: ["DEL"] };

export class Tools {
  constructor(bar, squire, more) {
    this.bar = bar;
    this.squire = squire;
    this.acts = { ...acts(squire), ...more };
    this.buttons = all("[data-tool]", bar);
    bar.addEventListener("click", (event) => this.press(event));
    bar.addEventListener("keydown", (event) => this.lead(event));
    // The words stay marked while a tool is pressed.
    bar.addEventListener("mousedown", (event) => event.target.closest("[data-tool]") && event.preventDefault());
    for (const type of ["pathChange", "select", "input"]) squire.addEventListener(type, () => this.show());
    this.wake(true);
  }

  wake(on) {
    for (const button of this.buttons) button.toggleAttribute("disabled", !on);
    this.buttons.forEach((button, place) => (button.tabIndex = place === 0 ? 0 : -1));
    if (on) this.show();
  }

  focus() {
    (this.buttons.find((button) => button.tabIndex === 0) ?? this.buttons[0]).focus();
  }

  use(name) {
    this.acts[name]?.();
    this.show();
  }

  press(event) {
    const button = event.target.closest("[data-tool]");
    if (!button) return;
    const byKey = event.detail === 0;
    this.use(button.dataset.tool);
    if (!byKey && !one("dialog[open]")) this.squire.focus();
  }

  lead(event) {
    const at = this.buttons.indexOf(event.target);
    if (at < 0) return;
    const isLeft = getComputedStyle(this.bar).direction === "rtl" ? "ArrowRight" : "ArrowLeft";
    const last = this.buttons.length - 1;
    const to = {
      ArrowLeft: isLeft === "ArrowLeft" ? at - 1 : at + 1,
      ArrowRight: isLeft === "ArrowLeft" ? at + 1 : at - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const next = this.buttons[(to + this.buttons.length) % this.buttons.length];
      for (const button of this.buttons) button.tabIndex = button === next ? 0 : -1;
      next.focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.squire.focus();
    }
  }

  show() {
    for (const button of this.buttons) {
      if (button.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", String(isOn(this.squire, button.dataset.tool)));
    }
  }
}

function isOn(squire, name) {
  const path = squire.getPath();
  if (name === "bullets") return /(?:^|>)UL/.test(path);
  if (name === "numbers") return /(?:^|>)OL/.test(path);
  if (name === "quote") return /(?:^|>)BLOCKQUOTE/.test(path);
  if (name === "code") return /(?:^|>)(?:PRE|CODE)/.test(path) || squire.hasFormat("CODE");
  if (name === "link") return squire.hasFormat("A");
  return [MARKS[name], ...OTHERS[name]].some((tag) => squire.hasFormat(tag));
}

function acts(squire) {
  const mark = (name) => () => {
    const set = [MARKS[name], ...OTHERS[name]].find((tag) => squire.hasFormat(tag));
    if (set) squire.changeFormat(null, { tag: set });
    else squire.changeFormat({ tag: MARKS[name] });
  };
  return {
    bold: mark("bold"),
    italic: mark("italic"),
    underline: mark("underline"),
    strike: mark("strike"),
    bullets: () => (isOn(squire, "bullets") ? squire.removeList() : squire.makeUnorderedList()),
    numbers: () => (isOn(squire, "numbers") ? squire.removeList() : squire.makeOrderedList()),
    quote: () => (isOn(squire, "quote") ? squire.decreaseQuoteLevel() : squire.increaseQuoteLevel()),
    code: () => squire.toggleCode(),
    clear: () => {
      if (isOn(squire, "bullets") || isOn(squire, "numbers")) squire.removeList();
      squire.removeAllFormatting();
    },
  };
}
