// The line to the desk: a stream of events read by fetch, so that the pass stands in no address. Where something on the way
// keeps the stream back, `ask` is called now and then instead, and the stream is tried again; where something cuts what is
// silent, more beats are asked for.
const PAUSES = [500, 1000, 2000, 4000, 8000, 15000];
const FIRST_WORD_MS = 5000;
// Soon after its greeting the gateway sends a beat by itself; one that does not come is kept back with all that follows.
const PROOF_MS = 5000;
const SILENCE_MS = 40000;
const POLL_MS = 8000;
// After so long a stream is tried again; longer each time that it was in vain.
const RETURNS_MS = [30000, 60000, 120000, 300000];
// Streams that are cut so soon, so often, are none.
const BRIEF_MS = 10000;
const MOST_BRIEF = 5;
const SAME_MS = 1500;
const BRIEFEST_BEAT_S = 2;

const jitter = (time) => time * (0.75 + Math.random() / 2);

export class Line {
  // `hear` gets each frame; `changed` is told "open", "polling", "lost" or "ended"; `ask` asks for what a stream would have
  // said, and answers whether it was told, or "renewed" where a stream may be tried with another pass.
  constructor({ url, path, pass, ask, hear, changed }) {
    Object.assign(this, { url, path, pass, askFor: ask, hear, changed });
    this.mark = "";
    this.failures = 0;
    this.returns = 0;
    this.brief = 0;
    this.isOver = false;
  }

  start() {
    if (this.isOver || this.aborter) return;
    this.isResting = false;
    clearTimeout(this.timer);
    this.open();
  }

  // A hidden page lets go of its stream; its mark says where it goes on.
  rest() {
    this.isResting = true;
    clearTimeout(this.timer);
    this.drop();
  }

  drop() {
    clearTimeout(this.watch);
    clearTimeout(this.proof);
    const aborter = this.aborter;
    this.aborter = undefined;
    aborter?.abort();
  }

  end() {
    this.isOver = true;
    this.rest();
    this.changed("ended");
  }

  get headers() {
    return { Authorization: `Bearer ${this.pass}`, ...(this.mark && { "Last-Event-ID": this.mark }) };
  }

  // How long ago this page was asked for: what changed since then may not be on it.
  get age() {
    return Math.round(performance.now());
  }

  async open() {
    const aborter = (this.aborter = new AbortController());
    this.isProved = this.wasSilent = false;
    this.openedAt = this.heardAt = Date.now();
    this.watch = this.giveUpIn(FIRST_WORD_MS);
    let spoke = false;
    try {
      const asked = new URLSearchParams({ age: this.age, ...(this.beat && { beat: this.beat }) });
      const answer = await fetch(`${this.url}${this.path}?${asked}`, {
        headers: this.headers,
        signal: aborter.signal,
        cache: "no-store",
      });
      if (answer.status === 401) return this.doubt(aborter);
      if (!answer.ok) throw new Error(String(answer.status));
      spoke = await this.read(answer.body.getReader(), aborter);
    } catch {
      // A line that broke and one that never was are answered alike.
    }
    if (this.aborter !== aborter) return;
    this.drop();
    this.lost(spoke);
  }

  async read(reader, aborter) {
    const decoder = new TextDecoder();
    let held = "";
    let spoke = false;
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true }));
      if (done || this.aborter !== aborter) return spoke;
      if (!spoke) this.opened();
      spoke = true;
      this.heardAt = Date.now();
      clearTimeout(this.watch);
      this.watch = this.giveUpIn(this.silence ?? SILENCE_MS);
      held += decoder.decode(value, { stream: true });
      const events = held.split("\n\n");
      held = events.pop();
      for (const event of events) this.take(event);
    }
  }

  take(event) {
    for (const line of event.split("\n")) {
      if (line.startsWith("data: ")) this.frame(JSON.parse(line.slice(6)));
      if (line.startsWith("id: ")) this.nextMark = line.slice(4);
    }
    // Only once what it stands for was heard.
    if (this.nextMark) this.mark = this.nextMark;
  }

  frame(frame) {
    if (frame.type === "ended") this.isCut = true;
    else if (frame.type === "beat") this.proved();
    else this.hear(frame);
    if (frame.type === "hello" && frame.beat) this.silence = frame.beat * 2000 + 10000;
  }

  proved() {
    clearTimeout(this.proof);
    this.isProved = true;
    this.returns = 0;
  }

  giveUpIn(time) {
    const aborter = this.aborter;
    return setTimeout(() => {
      if (this.aborter !== aborter) return;
      this.wasSilent = true;
      aborter?.abort();
    }, time);
  }

  opened() {
    this.failures = 0;
    this.polledSince = undefined;
    this.proof = this.giveUpIn(PROOF_MS);
    this.changed("open");
  }

  lost(spoke) {
    if (this.isOver) return;
    if (this.isCut) return void this.ask();
    this.changed("lost");
    this.failures += 1;
    if (spoke) this.noteCut();
    const isKeptBack = this.wasSilent && !this.isProved;
    // Silence where there should be words, no answer twice, or cut again and again: nobody holds a stream through that.
    const isNoStream = isKeptBack || (!spoke && this.failures >= 2) || this.brief >= MOST_BRIEF;
    if (isNoStream && navigator.onLine) return void this.ask();
    this.timer = setTimeout(() => this.start(), jitter(PAUSES[Math.min(this.failures - 1, PAUSES.length - 1)]));
  }

  // Cut twice after the same silence: something on the way cuts what is silent for so long.
  noteCut() {
    this.brief = Date.now() - this.openedAt < BRIEF_MS ? this.brief + 1 : 0;
    if (this.wasSilent) return;
    const silent = Date.now() - this.heardAt;
    if (silent > SAME_MS && Math.abs(silent - (this.lastSilent ?? 0)) < SAME_MS) {
      this.beat = Math.max(BRIEFEST_BEAT_S, Math.floor(silent / 2000));
    }
    this.lastSilent = silent;
  }

  // The pass may be old only, or the session ended: the pages know.
  doubt(aborter) {
    if (this.aborter !== aborter) return;
    this.drop();
    this.isRefused = true;
    this.ask();
  }

  async ask() {
    const since = (this.polledSince ??= Date.now());
    const found = await this.askFor(this);
    this.isCut = false;
    if (this.isOver || this.isResting || this.aborter) return;
    if (found === "renewed") return this.goBack();
    this.changed(found ? "polling" : "lost");
    if (Date.now() - since > RETURNS_MS[Math.min(this.returns, RETURNS_MS.length - 1)]) {
      this.returns += 1;
      return this.goBack();
    }
    this.timer = setTimeout(() => this.ask(), jitter(POLL_MS));
  }

  goBack() {
    this.polledSince = undefined;
    this.failures = this.brief = 0;
    this.start();
  }

  hearAll(frames) {
    for (const { mark, ...frame } of frames) {
      this.hear(frame);
      if (mark) this.nextMark = mark;
    }
    if (this.nextMark) this.mark = this.nextMark;
  }
}
