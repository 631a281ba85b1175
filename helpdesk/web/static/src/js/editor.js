/*! With Squire, (c) Neil Jenkins, MIT licence */
// The editor of a reply, made for mail; fetched once the page stands. The plain area behind it always holds the words.
import Squire from "squire-rte";
import { all, one } from "./dom.js";
import { cleaned } from "./rich/cleaning.js";
import { linkTool } from "./rich/link.js";
import { Pictures } from "./rich/pictures.js";
import { Tools } from "./rich/tools.js";
import { htmlOf, isPlain, placeAt, wordsOf } from "./rich/words.js";

const NOT_HERE = ["Tab", "Shift-Tab", "PageUp", "PageDown", "Ctrl-Shift-5", "Ctrl-Shift-6", "Ctrl-[", "Ctrl-]", "Meta-[", "Meta-]"];

// Puts an editor in the place of a plain area, with its words, its caret and its focus.
export function replace(area, bar) {
  return new Editor(area, bar);
}

class Editor {
  constructor(area, bar) {
    this.area = area;
    this.bar = bar;
    this.source = area.form.elements.html;
    const had = { focus: document.activeElement === area, at: area.selectionStart };
    const html = this.source.value && area.value === (area.htmlFor ?? area.defaultValue) ? this.source.value : "";
    this.root = made(area);
    this.root.area = area;
    area.before(this.root);
    this.squire = new Squire(this.root, {
      sanitizeToDOMFragment: cleaned,
      toPlainText: null,
      didError: (error) => reportError(error),
    });
    // The desk says how large a picture stands.
    this.squire._imageResizer.destroy();
    for (const key of NOT_HERE) this.squire.setKeyHandler(key, null);
    this.squire.setHTML(html || htmlOf(area.value));
    // The windows of the tools stay on the page when the editor goes.
    this.gone = new AbortController();
    this.pictures = new Pictures(this, bar);
    this.tools = new Tools(bar, this.squire, { link: linkTool(this.squire, this.gone), picture: () => this.pictures.open() });
    this.keys(bar);
    one("[role=toolbar]", bar).setAttribute("aria-controls", this.root.id);
    area.hidden = true;
    area.removeAttribute("aria-label");
    this.source.disabled = false;
    this.squire.addEventListener("input", () => this.mirror());
    area.form.addEventListener("submit", () => this.mirror({ quietly: true }), { capture: true });
    area.rich = this;
    this.mirror({ quietly: true });
    if (had.focus) this.focus(html ? null : placeAt(this.root, area.value, had.at));
    area.form.dispatchEvent(new CustomEvent("rich"));
  }

  keys(bar) {
    const use = (name) => (_squire, event) => {
      event.preventDefault();
      this.tools.use(name);
    };
    for (const { dataset } of all("[data-key]", bar)) {
      // With Shift a letter comes large on most systems, and small on some; a Mac has a key of its own for all of them.
      for (const key of [dataset.key, dataset.key.toLowerCase().replace("ctrl-", "Ctrl-").replace("shift-", "Shift-")]) {
        this.squire.setKeyHandler(key, use(dataset.tool));
        this.squire.setKeyHandler(key.replace("Ctrl-", "Meta-"), use(dataset.tool));
      }
    }
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        event.stopPropagation();
        this.area.form.requestSubmit();
      } else if (event.key === "F10" && event.altKey) {
        event.preventDefault();
        this.tools.focus();
      }
    }, { capture: true });
  }

  // Others read the words of the form; the HTML goes along where there are marks.
  mirror({ quietly = false } = {}) {
    const words = wordsOf(this.root);
    this.root.classList.toggle("blank", words === "" && isPlain(this.root) && this.root.children.length < 2);
    this.source.value = isPlain(this.root) ? "" : this.squire.getHTML();
    this.area.value = words;
    if (!quietly) this.area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  focus(range = null) {
    this.squire.focus();
    if (range) this.squire.setSelection(range);
  }

  scrollIntoView(how) {
    this.root.scrollIntoView(how);
  }

  // The words before the caret, in its line.
  before() {
    const range = this.squire.getSelection().cloneRange();
    const node = range.startContainer;
    const line = (node instanceof Element ? node : node.parentElement).closest("div, p, li, pre, blockquote") ?? this.root;
    range.setStart(line, 0);
    return range.toString();
  }

  place() {
    return this.squire.getSelection();
  }

  insert(text, place = null) {
    this.focus(place);
    this.squire.insertPlainText(text, false);
    this.mirror();
  }

  select(words) {
    const texts = document.createTreeWalker(this.root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const at = texts.currentNode.data.indexOf(words);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(texts.currentNode, at);
      range.setEnd(texts.currentNode, at + words.length);
      return this.focus(range);
    }
  }

  put(text, html) {
    this.squire.setHTML(html || (text ? htmlOf(text) : ""));
    this.squire.moveCursorToEnd();
    this.mirror();
  }

  withBelow(text, html) {
    return `${this.squire.getHTML()}<div><br></div>${html || htmlOf(text)}`;
  }

  // The plain area again, with the words; pictures go beside them, named at their places.
  async leave() {
    await this.pictures.leave();
    this.mirror({ quietly: true });
    this.gone.abort();
    const had = document.activeElement === this.root;
    this.tools.wake(false);
    this.squire.destroy();
    this.area.setAttribute("aria-label", this.root.getAttribute("aria-label"));
    one("[role=toolbar]", this.bar).removeAttribute("aria-controls");
    this.root.remove();
    this.source.value = "";
    this.area.hidden = false;
    delete this.area.rich;
    if (had) this.area.focus();
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function made(area) {
  const root = document.createElement("div");
  root.id = `rich-${area.id}`;
  root.className = "rich rich-text";
  root.dir = "auto";
  root.spellcheck = true;
  root.dataset.placeholder = area.placeholder;
  for (const name of ["aria-label", "aria-invalid", "aria-describedby"]) {
    if (area.hasAttribute(name)) root.setAttribute(name, area.getAttribute(name));
  }
  root.setAttribute("role", "textbox");
  root.setAttribute("aria-multiline", "true");
  root.tabIndex = 0;
  return root;
}
