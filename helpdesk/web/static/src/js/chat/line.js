// The line to the desk: a WebSocket; where none can be opened, events over plain HTTP; where not even that, asking now and then.
// Whatever way is used, what comes in is the same, and each message comes once: the desk is told which was the last.
const PAUSES = [500, 1000, 2000, 4000, 8000, 15000];
const TRIES_BEFORE_FALLING_BACK = 3;
const POLL_EVERY = 4000;
const SILENT_FOR = 45000;

const jitter = (time) => time * (0.75 + Math.random() / 2);

export class Line {
  // `hello` gives what opens the line; `hear` gets each frame; `changed` is told "open", "lost" or "refused".
  constructor({ url, hello, hear, changed, poll, request }) {
    Object.assign(this, { url, hello, hear, changed, poll, request });
    this.failures = 0;
    this.way = "socket";
    this.stopped = true;
    addEventListener("online", () => this.retry());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.retry());
  }

  start() {
    if (!this.stopped) return;
    this.stopped = false;
    this.failures = 0;
    this.connect();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    clearInterval(this.pulse);
    this.socket?.close();
    this.aborter?.abort();
    this.socket = this.aborter = undefined;
    this.isOpen = false;
  }

  send(frame) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  retry() {
    if (this.stopped || this.isOpen) return;
    clearTimeout(this.timer);
    this.connect();
  }

  connect() {
    if (this.stopped) return;
    if (this.way === "socket") this.openSocket();
    else if (this.way === "events") this.openEvents();
    else this.ask();
  }

  openSocket() {
    this.socket?.close();
    let socket;
    try {
      socket = new WebSocket(this.url.replace(/^http/, "ws") + "/live");
    } catch {
      this.lost();
      return;
    }
    this.socket = socket;
    const mine = () => this.socket === socket && !this.stopped;
    socket.onopen = () => mine() && socket.send(JSON.stringify(this.hello()));
    socket.onmessage = ({ data }) => {
      if (!mine()) return;
      this.opened();
      this.hear(JSON.parse(data));
    };
    socket.onclose = ({ code }) => {
      if (!mine()) return;
      clearInterval(this.pulse);
      if (code === 4401) this.refused();
      else this.lost();
    };
  }

  async openEvents() {
    const aborter = (this.aborter = new AbortController());
    const { token, after } = this.hello();
    try {
      const answer = await fetch(`${this.url}/live/events?after=${after}`, {
        headers: { Authorization: `Bearer ${token}` },
        signal: aborter.signal,
        cache: "no-store",
      });
      if (answer.status === 401) return this.refused();
      if (!answer.ok) throw new Error(String(answer.status));
      this.opened();
      await this.readEvents(answer.body.getReader());
    } catch {
      // What is told below holds for a line that broke as for one that never was.
    }
    if (this.aborter === aborter && !this.stopped) this.lost();
  }

  async readEvents(reader) {
    const decoder = new TextDecoder();
    let held = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.heardAt = Date.now();
      held += decoder.decode(value, { stream: true });
      const events = held.split("\n\n");
      held = events.pop();
      for (const event of events) {
        const data = event.split("\n").find((line) => line.startsWith("data: "));
        if (data) this.hear(JSON.parse(data.slice(6)));
      }
    }
  }

  async ask() {
    const found = await this.poll();
    if (this.stopped) return;
    if (found === null) this.refused();
    else if (found) {
      this.opened();
      this.isOpen = false;
      this.timer = setTimeout(() => this.ask(), jitter(POLL_EVERY));
    } else this.lost();
  }

  opened() {
    this.heardAt = Date.now();
    if (this.isOpen) return;
    this.isOpen = true;
    this.failures = 0;
    this.changed("open");
    clearInterval(this.pulse);
    if (this.way === "socket") this.pulse = setInterval(() => this.beat(), SILENT_FOR / 3);
  }

  // A line may be dead without either side being told, such as after a laptop slept.
  beat() {
    if (Date.now() - this.heardAt > SILENT_FOR) this.socket?.close();
    else this.send({ type: "ping" });
  }

  lost() {
    this.isOpen = false;
    clearInterval(this.pulse);
    this.changed("lost");
    this.failures += 1;
    if (this.failures % TRIES_BEFORE_FALLING_BACK === 0 && navigator.onLine) this.fallBack();
    const pause = PAUSES[Math.min(this.failures - 1, PAUSES.length - 1)];
    this.timer = setTimeout(() => this.connect(), jitter(pause));
  }

  fallBack() {
    const ways = this.poll ? ["socket", "events", "poll"] : ["socket"];
    this.way = ways[(ways.indexOf(this.way) + 1) % ways.length];
  }

  refused() {
    this.stop();
    this.changed("refused");
  }
}
