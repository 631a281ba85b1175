// The line to the desk: a stream of events read by fetch, so that the pass stands in no address. Where a proxy keeps the
// stream back, the same is asked for now and then; where no gateway runs, the pages are asked.
const PAUSES = [500, 1000, 2000, 4000, 8000, 15000];
const FIRST_WORD_MS = 8000;
const SILENCE_MS = 40000;
const POLL_MS = 8000;
// After so long a stream is tried again.
const BACK_TO_STREAM_MS = 300000;
// A pass that was renewed and is refused again helps nobody for a while.
const RENEW_MS = 60000;

const jitter = (time) => time * (0.75 + Math.random() / 2);

export class Line {
  // `hear` gets each frame; `changed` is told "open", "polling", "lost" or "ended".
  constructor({ url, pass, news, hear, changed }) {
    Object.assign(this, { url, pass, news, hear, changed });
    this.mark = "";
    this.failures = 0;
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
    this.expectWord(FIRST_WORD_MS);
    let spoke = false;
    try {
      const answer = await fetch(`${this.url}/live/console?age=${this.age}`, {
        headers: this.headers,
        signal: aborter.signal,
        cache: "no-store",
      });
      if (answer.status === 401) return this.doubt(aborter);
      if (!answer.ok) throw new Error(String(answer.status));
      spoke = await this.read(answer.body.getReader());
    } catch {
      // A line that broke and one that never was are answered alike.
    }
    if (this.aborter !== aborter) return;
    this.drop();
    this.lost(spoke);
  }

  async read(reader) {
    const decoder = new TextDecoder();
    let held = "";
    let spoke = false;
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true }));
      if (done) return spoke;
      if (!spoke) this.opened();
      spoke = true;
      this.expectWord(SILENCE_MS);
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
    else this.hear(frame);
  }

  expectWord(within) {
    clearTimeout(this.watch);
    const aborter = this.aborter;
    this.watch = setTimeout(() => {
      this.wasSilent = true;
      aborter?.abort();
    }, within);
  }

  opened() {
    this.failures = 0;
    this.changed("open");
  }

  lost(spoke) {
    if (this.isOver) return;
    if (this.isCut) return void this.ask();
    this.changed("lost");
    this.failures += 1;
    const isKeptBack = !spoke && this.wasSilent;
    this.wasSilent = false;
    // Silence from the start, or twice no answer: somebody keeps back what the gateway says, or there is none.
    if (!spoke && (isKeptBack || this.failures >= 2) && navigator.onLine) return void this.ask();
    this.timer = setTimeout(() => this.start(), jitter(PAUSES[Math.min(this.failures - 1, PAUSES.length - 1)]));
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
    // A gateway that does not answer is not waited for each time.
    const isAsked = !this.isCut && !this.isGatewayMute;
    const wasAnswered = isAsked && (await this.askGateway());
    if (isAsked) this.isGatewayMute = !wasAnswered;
    const found = wasAnswered || (await this.askPages());
    this.isCut = false;
    if (this.isOver || this.isResting || this.aborter) return;
    if (found === "renewed" || Date.now() - since > BACK_TO_STREAM_MS) {
      this.polledSince = undefined;
      this.isGatewayMute = false;
      this.failures = 0;
      return this.start();
    }
    this.changed(found ? "polling" : "lost");
    this.timer = setTimeout(() => this.ask(), jitter(POLL_MS));
  }

  async askGateway() {
    try {
      const answer = await fetch(`${this.url}/live/console?once=1&age=${this.age}`, {
        headers: this.headers,
        cache: "no-store",
        signal: AbortSignal.timeout(FIRST_WORD_MS),
      });
      if (!answer.ok) return false;
      this.hearAll(await answer.json());
      return true;
    } catch {
      return false;
    }
  }

  async askPages() {
    try {
      const asked = new URLSearchParams({ after: this.mark, age: this.age });
      const answer = await fetch(`${this.news}?${asked}`, { headers: { Accept: "application/json" }, redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401) return this.end();
      if (!answer.ok) return false;
      const { frames, pass } = await answer.json();
      const isOld = this.isRefused && Date.now() - (this.renewedAt ?? 0) > RENEW_MS;
      if (isOld) this.renewedAt = Date.now();
      this.isRefused = false;
      this.pass = pass;
      this.hearAll(frames);
      return isOld ? "renewed" : true;
    } catch {
      return false;
    }
  }

  hearAll(frames) {
    for (const { mark, ...frame } of frames) {
      this.hear(frame);
      if (mark) this.nextMark = mark;
    }
    if (this.nextMark) this.mark = this.nextMark;
  }
}
