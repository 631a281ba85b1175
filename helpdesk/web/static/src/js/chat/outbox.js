// What the visitor said and the desk has not confirmed: one after the other, each under an id of its own, until it is there.
const PATIENCE = 6000;
const PAUSE = 3000;

export class Outbox {
  // `sent` and `refused` are told what became of each; `line` may carry words, files always go by a request.
  constructor({ kept, calls, line, view, words, over }) {
    Object.assign(this, { kept, calls, line, view, words, over });
    this.waiting = (kept.get("unsent") ?? []).map((one) => ({ ...one, files: [] }));
    this.acks = new Map();
    for (const one of this.waiting) view.pending(one);
  }

  add(saying) {
    this.waiting.push(saying);
    this.keep();
    this.view.pending({
      ...saying,
      files: saying.files.map(({ name, size }) => ({ name, size })),
    });
    this.run();
  }

  // Files cannot be kept over a reload; words can.
  keep() {
    this.kept.set({ unsent: this.waiting.filter((one) => !one.files.length && !one.refused).map(({ id, text }) => ({ id, text })) });
  }

  heard(frame) {
    this.acks.get(frame.id)?.(frame);
  }

  async run() {
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      for (let next = this.next(); next; next = this.next()) {
        if (!(await this.say(next))) break;
      }
    } finally {
      this.isRunning = false;
    }
  }

  next() {
    return this.waiting.find((one) => !one.refused);
  }

  async say(saying) {
    const said = await this.carry(saying);
    if (said.type === "said") {
      this.drop(saying);
      return true;
    }
    if (said.status === 401 || said.status === 409) {
      this.over(said.status);
      return false;
    }
    if (said.status === 0 || said.status === 429 || said.status >= 500) {
      this.view.mark(saying.id, "late", this.words.not_sent);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.run(), PAUSE);
      return false;
    }
    saying.refused = true;
    this.keep();
    this.view.mark(saying.id, "refused", `${this.words.refused} ${said.title ?? ""}`);
    return true;
  }

  drop(saying) {
    this.waiting = this.waiting.filter((one) => one !== saying);
    this.keep();
  }

  async carry(saying) {
    if (!saying.files.length && this.line.isOpen && this.line.send({ type: "say", id: saying.id, text: saying.text })) {
      const said = await this.answerTo(saying.id);
      if (said) return said;
    }
    // No answer came over the line; by a request it is the same message, since its id is the same.
    try {
      return await this.calls.post("say", this.asBody(saying));
    } catch (refusal) {
      return { type: "refused", status: refusal.status, title: refusal.message };
    }
  }

  answerTo(id) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), PATIENCE);
      this.acks.set(id, (frame) => {
        clearTimeout(timer);
        resolve(frame);
      });
    }).finally(() => this.acks.delete(id));
  }

  asBody({ id, text, files }) {
    if (!files.length) return { id, text };
    const form = new FormData();
    form.set("id", id);
    form.set("text", text);
    for (const file of files) form.append("files", file, file.name);
    return form;
  }
}
