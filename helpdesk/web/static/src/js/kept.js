// The composer's drafts: kept on the desk while one types, and in this browser for as long as the desk cannot be reached.
import { all, on, one, store } from "./dom.js";
import { keyOf, showState, when } from "./drafts.js";
import { fieldOf } from "./field.js";

const PAUSE_MS = 1000;
const AGAIN_MS = 15_000;
const DETAILS = ["html", "to", "cc", "bcc", "way", "status", "subject", "passed", "passed_file"];

export function startKept() {
  const keepers = [];
  const attach = (within) => keepers.push(...all("[data-draft-url]", within).map((form) => new Keeper(form)));
  attach(document);
  on("htmx:afterSwap", "[data-forward-place]", (_event, place) => attach(place));
  // A form that is fetched when it is wanted: what this browser holds of it may have left meanwhile.
  for (const place of all("[data-draft-left]")) {
    const key = keyOf({ dataset: { draft: place.dataset.draftLeft } });
    if (hasLeft(store.get(key), place.dataset.sent)) store.remove(key);
  }
  addEventListener("pagehide", () => keepers.forEach((one) => one.leave()));
  addEventListener("online", () => keepers.forEach((one) => one.save()));
  addEventListener("beforeunload", (event) => {
    if (keepers.some((one) => one.isUnsaved())) event.preventDefault();
  });
  // A page that comes back from the browser's memory is a window that begins anew.
  addEventListener("pageshow", (event) => event.persisted && keepers.forEach((one) => one.begin()));
}

const hasLeft = (here, sent) => Boolean(here?.writer) && here.writer === sent;

class Keeper {
  constructor(form) {
    this.form = form;
    this.usual = JSON.parse(form.dataset.usual ?? "{}");
    this.area = one("textarea", form);
    this.key = keyOf(form);
    this.words = form.closest("[data-kept-at]").dataset;
    this.begin();
    this.saved = form.closest("[data-kept=yes]") ? null : this.state();
    this.restore();
    form.addEventListener("input", () => this.typed());
    // The editor writes the same a little differently; nobody has typed anything by that.
    form.addEventListener("rich", () => this.saved !== null && !this.timer && (this.saved = this.state()));
    form.addEventListener("change", (event) => event.target.type !== "file" && this.typed());
    form.addEventListener("submit", () => this.send());
    one("[data-draft-discard]", form)?.addEventListener("click", () => this.discard());
    for (const button of all("[data-other]", form)) {
      button.addEventListener("click", () => this.choose(button.dataset.other));
    }
  }

  begin() {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    this.form.elements.writer.value = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    delete this.form.dataset.leaving;
  }

  state() {
    return JSON.stringify([this.area.value, ...DETAILS.map((name) => this.valueOf(name))]);
  }

  // What is switched off is not sent, neither here nor with the form.
  valueOf(name) {
    if (name.startsWith("passed")) return all(`[name=${name}]:checked`, this.form).map((box) => box.value).join(",");
    const field = this.form.elements[name];
    return field && !field.disabled ? field.value : "";
  }

  get isBlank() {
    return this.area.value.trim() === "" && Object.entries(this.usual).every(([name, usual]) => ["", usual].includes(this.valueOf(name)));
  }

  get lines() {
    return Object.fromEntries(Object.keys(this.usual).map((name) => [name, this.valueOf(name)]));
  }

  set lines(lines) {
    for (const [name, line] of Object.entries(lines)) if (name in this.usual) this.form.elements[name].value = line;
  }

  typed() {
    this.keepHere();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE_MS);
  }

  keepHere(more = {}) {
    if (this.isBlank && !this.other) store.remove(this.key);
    else this.isHere = store.set(this.key, { text: this.area.value, html: this.valueOf("html"), lines: this.lines, at: Date.now(), known: this.known.value, ...more });
  }

  get known() {
    return this.form.elements.known;
  }

  async save({ keepalive = false } = {}) {
    clearTimeout(this.timer);
    this.timer = 0;
    const state = this.state();
    if (this.busy || this.other || this.form.dataset.leaving || state === this.saved) return;
    this.busy = new AbortController();
    let answer;
    try {
      answer = await fetch(this.form.dataset.draftUrl, {
        method: "POST",
        body: this.body(),
        redirect: "manual",
        signal: this.busy.signal,
        keepalive,
      });
    } catch {
      answer = null;
    }
    this.busy = null;
    if (this.form.dataset.leaving) return;
    if (answer?.status === 200) this.noteSaved(state, await answer.json());
    else if (answer?.status === 409) this.meet(await answer.json());
    else this.noteUnsaved();
  }

  body() {
    const body = new FormData();
    const { elements } = this.form;
    for (const name of ["csrf_token", "writer", "known"]) body.set(name, elements[name].value);
    body.set("text", this.area.value);
    for (const name of DETAILS) if (this.valueOf(name)) body.set(name, this.valueOf(name));
    return body;
  }

  noteSaved(state, kept) {
    this.saved = state;
    this.known.value = kept.version;
    if (this.state() === state) store.remove(this.key);
    else this.timer = setTimeout(() => this.save(), PAUSE_MS);
    showState(this.form, this.isBlank ? "" : this.words.keptAt.replace("{when}", when(kept.at)));
  }

  noteUnsaved() {
    this.keepHere();
    showState(this.form, this.isBlank ? "" : this.words.saved);
    this.timer = setTimeout(() => this.save(), AGAIN_MS);
  }

  isUnsaved() {
    if (this.form.dataset.leaving) return false;
    const files = one("input[type=file]", this.form)?.files.length > 0;
    return files || (this.isHere === false && this.state() !== this.saved);
  }

  // The browser lets a small save finish after the page is gone; what is larger is in its store.
  leave() {
    this.save({ keepalive: this.area.value.length < 20_000 });
  }

  send() {
    clearTimeout(this.timer);
    this.keepHere({ writer: this.form.elements.writer.value });
    this.form.dataset.leaving = "yes";
    this.busy?.abort();
  }

  // What this browser kept while the desk could not be reached.
  restore() {
    const here = store.get(this.key);
    if (!here) return;
    const { lines = {} } = here;
    const isSame = here.text === this.area.value && Object.entries(this.lines).every(([name, line]) => (lines[name] ?? line) === line);
    if (isSame || hasLeft(here, this.form.dataset.sent)) {
      store.remove(this.key);
    } else if (this.isBlank || here.known === this.known.value) {
      this.lines = lines;
      this.put(here.text, here.html);
      showState(this.form, this.words.restored.replace("{when}", when(here.at)));
    } else {
      const theirs = { text: this.area.value, html: this.form.elements.html?.value, version: this.known.value };
      this.lines = lines;
      this.put(here.text, here.html);
      this.meet(theirs);
    }
  }

  put(text, html = "") {
    fieldOf(this.area).put(text, html);
  }

  // Two windows wrote at this: both texts are shown, and nothing is saved until one is chosen.
  meet(other) {
    this.other = other;
    this.keepHere();
    const notice = one("[data-other-draft]", this.form);
    one("[data-other-text]", notice).textContent = other.text;
    notice.hidden = false;
  }

  choose(which) {
    const { text, html, version } = this.other;
    this.other = null;
    this.known.value = version;
    one("[data-other-draft]", this.form).hidden = true;
    if (which === "theirs") this.put(text, html);
    if (which === "both") this.put(`${this.area.value}\n\n${text}`, this.area.rich?.withBelow(text, html));
    this.saved = null;
    this.save();
    fieldOf(this.area).focus();
  }

  discard() {
    this.lines = this.usual;
    this.put("");
    this.save();
    showState(this.form, "");
    fieldOf(this.area).focus();
  }
}
