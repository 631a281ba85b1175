// The conversation: it begins with the dialogue, goes on over the line, and ends.
import { randomToken } from "./kept.js";
import { fill, make, one } from "./view.js";

const TYPING_EVERY = 3000;
const TYPING_LASTS = 6000;
const LARGEST_FILES = 10 * 1024 * 1024;
const MOST_FILES = 5;

export class Talk {
  constructor({ setup, kept, view, calls, panel, token, parts }) {
    Object.assign(this, { setup, kept, view, calls, panel, token, parts, words: setup.words });
    this.after = 0;
    this.files = [];
    this.form = one("write");
    this.text = one("text");
    this.bindWriting();
  }

  // A chat that was begun before goes on where it was left, after a reload as on the next page.
  resume() {
    if (this.kept.get("begun")) this.connect();
    else if (this.kept.get("opening")) this.send(this.kept.get("opening")).catch(() => {});
  }

  begin() {
    if (this.kept.get("begun") || this.dialogue || this.kept.get("opening")) {
      this.markRead();
      this.view.toEnd();
      return;
    }
    this.dialogue = new this.parts.Dialogue({
      setup: this.setup,
      view: this.view,
      calls: this.calls,
      writing: (then) => this.writeFirst(then),
      done: (given) => this.send({ ...given, id: randomToken(16) }),
    });
    this.dialogue.begin();
  }

  writeFirst(then) {
    this.first = then;
    this.form.hidden = false;
    one("attach").hidden = true;
    this.text.focus();
  }

  async send(opening) {
    // Kept until the desk has it: the same token and id make the same chat, however often it is sent.
    this.kept.set({ opening });
    let told;
    try {
      told = await this.calls.post(`${this.setup.chat}/start`, { ...opening, page: this.panel.page });
    } catch (refusal) {
      if (!refusal.passes) this.kept.set({ opening: undefined });
      throw refusal;
    }
    this.kept.set({ opening: undefined, begun: true });
    this.dialogue = undefined;
    this.view.clear();
    this.connect(told);
    if (this.panel.isOpen) this.text.focus();
  }

  connect(told) {
    one("asking").replaceChildren();
    this.form.hidden = false;
    one("attach").hidden = !this.setup.files;
    this.line = new this.parts.Line({
      url: this.setup.live,
      hello: () => ({ type: "hello", token: this.token(), after: this.after }),
      hear: (frame) => this.hear(frame),
      changed: (state) => this.lineChanged(state),
      poll: () => this.poll(),
    });
    this.outbox = new this.parts.Outbox({
      kept: this.kept, calls: this.calls, line: this.line, view: this.view, words: this.words, over: (status) => this.over(status),
    });
    if (told) this.heardAll(told);
    this.line.start();
  }

  async poll() {
    try {
      this.heardAll(await this.calls.post("poll", { after: this.after, shown: this.shown ?? 0 }));
      return true;
    } catch (refusal) {
      return refusal.status === 401 ? null : false;
    }
  }

  heardAll({ state, messages }) {
    if (messages.length) this.hear({ type: "messages", items: messages });
    this.hear(state);
  }

  hear(frame) {
    if (frame.type === "messages") this.heardMessages(frame.items);
    else if (frame.type === "state") this.heardState(frame);
    else if (frame.type === "typing") this.showTyping(frame.on);
    else if (frame.type === "said" || frame.type === "refused") this.outbox.heard(frame);
  }

  heardMessages(items) {
    let fresh = 0;
    for (const item of items) {
      this.after = Math.max(this.after, item.id);
      const isNew = this.view.message(item);
      if (isNew && item.from === "agent" && item.id > (this.kept.get("read") ?? 0)) fresh += 1;
      if (item.from === "agent") this.showTyping(false);
    }
    if (this.panel.isOpen && document.visibilityState === "visible") this.markRead();
    else if (fresh) this.panel.count(this.panel.unread + fresh);
  }

  markRead() {
    this.shown = this.after;
    if ((this.kept.get("read") ?? 0) < this.after) this.kept.set({ read: this.after });
    this.line?.send({ type: "read", id: this.after });
  }

  heardState(state) {
    const before = this.state;
    this.state = state;
    one("standing").textContent = this.wordsOf(state);
    if (before?.state !== state.state || before?.agent !== state.agent) this.noteState(state, before);
    if (state.state === "ended") this.ended(state);
    else this.drawFoot(state);
  }

  wordsOf(state) {
    if (state.state === "taken") return fill(this.words.taken, { name: state.agent });
    if (state.state === "left") return this.words.left;
    if (state.state === "ended") return this.words.ended;
    const parts = [];
    if (state.before === 1) parts.push(this.words.before_one);
    if (state.before > 1) parts.push(fill(this.words.before_many, { number: state.before }));
    if (state.minutes === 1) parts.push(this.words.minutes_one);
    if (state.minutes > 1) parts.push(fill(this.words.minutes_many, { number: state.minutes }));
    return parts.join(" ") || this.words.waiting;
  }

  noteState(state, before) {
    if (state.state === "waiting" && !before) this.view.note(this.words.waiting);
    if (state.state === "taken") this.view.note(fill(this.words.taken, { name: state.agent }));
    if (state.state === "left") this.view.note(this.words.left);
  }

  ended(state) {
    this.view.note(state.ended_by === "time" && state.email ? this.words.ended_time : this.words.ended);
    this.form.hidden = true;
    this.showTyping(false);
    this.line.stop();
    const foot = one("foot");
    foot.replaceChildren(this.button(this.words.new, () => this.startAnew(), "primary"));
    if (this.mayHaveTranscript()) foot.append(this.button(this.words.transcript, () => this.askTranscript()));
  }

  drawFoot(state) {
    const foot = one("foot");
    if (foot.dataset.state === `${state.state}/${state.email}/${this.hasAnswer()}` && !this.isAsking) return;
    if (this.isAsking) return;
    foot.dataset.state = `${state.state}/${state.email}/${this.hasAnswer()}`;
    foot.replaceChildren();
    if (!state.email) foot.append(this.button(this.words.email_instead, () => this.askEmail("email", this.words.email_instead)));
    else if (this.mayHaveTranscript()) foot.append(this.button(this.words.transcript, () => this.askTranscript()));
    if (state.state !== "left") foot.append(this.button(this.words.end, () => this.askEnd()));
  }

  hasAnswer() {
    return Boolean(this.view.log.querySelector(".bubble.agent"));
  }

  mayHaveTranscript() {
    return this.setup.transcript && this.hasAnswer();
  }

  askTranscript() {
    if (this.state.email) this.postEmail("transcript", "");
    else this.askEmail("transcript", this.words.transcript);
  }

  askEmail(path, label) {
    this.isAsking = true;
    const input = make("input", { id: "foot-email", type: "email", autocomplete: "email", maxLength: 320 });
    const wrong = make("p", { className: "wrong", id: "foot-wrong", hidden: true });
    wrong.setAttribute("role", "alert");
    input.setAttribute("aria-describedby", "foot-wrong");
    const form = make("form", { className: "ask", noValidate: true },
      make("label", { htmlFor: "foot-email", textContent: this.words.email }), wrong,
      make("div", { className: "ask-row" }, input, make("button", { className: "go", textContent: this.words.send }), this.button(this.words.cancel, () => this.stopAsking())));
    form.setAttribute("aria-label", label);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const said = await this.postEmail(path, input.value.trim());
      if (!said) return;
      wrong.textContent = said;
      wrong.hidden = false;
      input.setAttribute("aria-invalid", "true");
      input.focus();
    });
    one("foot").replaceChildren(form);
    input.focus();
  }

  async postEmail(path, email) {
    try {
      const told = await this.calls.post(path, { email, after: this.after });
      const address = email || this.words.email.toLowerCase();
      this.view.note(fill(path === "email" ? this.words.email_saved : this.words.transcript_done, { address }));
      this.stopAsking();
      this.heardAll(told);
      return "";
    } catch (refusal) {
      if (!email) this.view.note(refusal.message || this.words.refused);
      return refusal.message || this.words.refused;
    }
  }

  askEnd() {
    this.isAsking = true;
    const yes = this.button(this.words.yes_end, () => this.end(), "primary");
    one("foot").replaceChildren(make("p", { className: "sure", textContent: this.words.end_sure }), yes, this.button(this.words.no_stay, () => this.stopAsking()));
    yes.focus();
  }

  async end() {
    this.isAsking = false;
    try {
      this.heardAll(await this.calls.post("end", { after: this.after }));
    } catch (refusal) {
      this.view.note(refusal.message || this.words.refused);
      this.stopAsking();
    }
  }

  stopAsking() {
    this.isAsking = false;
    delete one("foot").dataset.state;
    if (this.state?.state === "ended") this.ended(this.state);
    else if (this.state) this.drawFoot(this.state);
    if (!this.form.hidden) this.text.focus();
  }

  startAnew() {
    this.line?.stop();
    this.kept.forget();
    this.kept.set({ open: true });
    Object.assign(this, { after: 0, shown: 0, state: undefined, dialogue: undefined, line: undefined, outbox: undefined });
    this.view.clear();
    one("foot").replaceChildren();
    delete one("foot").dataset.state;
    this.form.hidden = true;
    one("standing").textContent = this.setup.standing.says;
    this.begin();
    this.panel.focus();
  }

  over(status) {
    if (status === 401) this.startAnew();
    else this.poll();
  }

  lineChanged(state) {
    const shown = one("line-state");
    if (state === "refused") return this.startAnew();
    if (state === "lost") {
      // A break of a moment is nobody's trouble.
      this.lostTimer ??= setTimeout(() => {
        shown.textContent = this.words.offline;
        shown.hidden = false;
      }, 2500);
      return;
    }
    clearTimeout(this.lostTimer);
    this.lostTimer = undefined;
    shown.hidden = true;
    this.outbox?.run();
    if (this.panel.isOpen) this.markRead();
  }

  showTyping(on) {
    const shown = one("typing");
    clearTimeout(this.typingTimer);
    shown.hidden = !on;
    one("typing-words").textContent = on ? fill(this.words.typing, { name: this.state?.agent ?? "" }) : "";
    if (on) this.typingTimer = setTimeout(() => this.showTyping(false), TYPING_LASTS);
  }

  bindWriting() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.say();
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.say();
      }
    });
    this.text.addEventListener("input", () => {
      this.grow();
      this.tellTyping();
    });
    one("files").addEventListener("change", (event) => this.choose([...event.target.files]));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.panel.isOpen && this.markRead());
  }

  say() {
    const text = this.text.value.trim();
    if (!text && !this.files.length) return;
    this.text.value = "";
    this.grow();
    if (this.first) {
      const then = this.first;
      this.first = undefined;
      this.form.hidden = true;
      then(text);
      return;
    }
    this.outbox.add({ id: randomToken(16), text, files: this.files });
    this.choose([]);
    this.tellTyping(false);
    this.text.focus();
  }

  choose(files) {
    const wrong = one("wrong");
    const total = files.reduce((sum, file) => sum + file.size, 0);
    wrong.hidden = total <= LARGEST_FILES;
    if (total > LARGEST_FILES) {
      wrong.textContent = this.words.too_large;
      files = [];
    }
    this.files = files.slice(0, MOST_FILES);
    one("files").value = "";
    const shown = one("chosen");
    shown.hidden = !this.files.length;
    shown.replaceChildren(...this.files.map((file) => make("span", { className: "chip", textContent: file.name })));
  }

  grow() {
    this.text.style.blockSize = "auto";
    this.text.style.blockSize = `${Math.min(this.text.scrollHeight + 2, 120)}px`;
  }

  tellTyping(on = true) {
    const now = Date.now();
    if (!this.line || (on && now - (this.toldTyping ?? 0) < TYPING_EVERY)) return;
    this.toldTyping = on ? now : 0;
    this.line.send({ type: "typing", on });
  }

  button(words, act, className = "") {
    return make("button", { type: "button", className: `quiet ${className}`, textContent: words, onclick: act });
  }
}
