// What is seen of the conversation: bubbles, days, and which of one's own are not sent yet.
export const one = (id) => document.getElementById(id);
export const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

export function make(tag, properties = {}, ...children) {
  const { className, dataset, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  if (className) element.className = className;
  Object.assign(element.dataset, dataset ?? {});
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]']/g;

// Addresses become links that say nothing of where they were followed from; all else stays text.
function linked(text) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(from, found.index));
    parts.push(make("a", { href: found[0], target: "_blank", rel: "noopener noreferrer nofollow", textContent: found[0] }));
    from = found.index + found[0].length;
  }
  return [...parts, text.slice(from)];
}

const sizeOf = (bytes) => (bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

export class View {
  constructor(setup) {
    this.setup = setup;
    this.words = setup.words;
    this.log = one("log");
    this.shown = new Map();
    this.clock = new Intl.DateTimeFormat(setup.language === "en" ? "en-GB" : setup.language, { hour: "2-digit", minute: "2-digit" });
    this.day = new Intl.DateTimeFormat(setup.language === "en" ? "en-GB" : setup.language, { weekday: "long", day: "numeric", month: "long" });
  }

  clear() {
    this.log.replaceChildren();
    this.shown.clear();
    this.lastDay = undefined;
  }

  // A message of the desk; one's own that waited to be sent takes its place.
  message(message) {
    const key = message.client || `m${message.id}`;
    const before = this.shown.get(key);
    if (before?.dataset.id) return false;
    const bubble = this.bubble(message);
    bubble.dataset.id = message.id;
    if (before) before.replaceWith(bubble);
    else this.put(bubble, message.at);
    this.shown.set(key, bubble);
    return true;
  }

  // One's own words, before the desk has them.
  pending({ id, text, files = [] }) {
    if (this.shown.has(id)) return;
    const bubble = this.bubble({ from: "visitor", text, files, at: new Date().toISOString() });
    bubble.classList.add("pending");
    bubble.append(make("p", { className: "state", textContent: this.words.sending }));
    this.put(bubble, new Date().toISOString());
    this.shown.set(id, bubble);
  }

  // What becomes of them: "late" while it is tried again, "refused" with the reason.
  mark(id, state, words, again) {
    const bubble = this.shown.get(id);
    if (!bubble || bubble.dataset.id) return;
    bubble.classList.toggle("refused", state === "refused");
    const said = bubble.querySelector(".state");
    if (!said) return;
    said.textContent = words;
    if (again) said.append(" ", make("button", { type: "button", textContent: this.words.again, onclick: again }));
  }

  take(id) {
    this.shown.get(id)?.remove();
    this.shown.delete(id);
  }

  // Words of the desk itself, such as a greeting or a question.
  desk(text, className = "") {
    return this.put(make("div", { className: `bubble desk ${className}` }, make("p", {}, ...linked(text))));
  }

  // What the desk answers by itself, before there is a chat; in one it is a message like any other.
  automatic({ text, title, link }) {
    const more = link ? make("p", {}, make("a", { href: link, target: "_blank", rel: "noopener", textContent: this.words.more, ariaLabel: `${this.words.more}: ${title}` })) : null;
    return this.put(make("div", { className: "bubble desk" },
      make("p", { className: "who" }, make("span", { textContent: this.words.automatic })), make("p", { className: "text", dir: "auto" }, ...linked(text || title)), more));
  }

  own(text) {
    return this.put(make("div", { className: "bubble visitor" }, make("p", { textContent: text })));
  }

  note(text) {
    const last = this.log.lastElementChild;
    if (last?.classList.contains("event") && last.textContent === text) return;
    this.put(make("p", { className: "event", textContent: text }));
  }

  bubble({ from, name, text, files, at }) {
    const bubble = make("div", { className: `bubble ${from}` });
    const who = { visitor: this.words.you, desk: this.words.automatic }[from] ?? name;
    bubble.append(
      make("p", { className: "who" }, make("span", { textContent: who, className: from === "visitor" ? "sr-only" : "" }), " ",
        make("time", { dateTime: at, textContent: this.clock.format(new Date(at)) })),
    );
    if (text) bubble.append(make("p", { className: "text", dir: "auto" }, ...linked(text)));
    for (const file of files ?? []) bubble.append(this.file(file));
    return bubble;
  }

  file({ name, size, url, picture }) {
    const words = make("span", { className: "file-words" }, make("span", { className: "file-name", textContent: name, dir: "auto" }), make("span", { className: "file-size", textContent: sizeOf(size) }));
    if (!url) return make("p", { className: "file" }, words);
    const link = make("a", { className: picture ? "file with-picture" : "file", href: url, download: name, target: "_blank", rel: "noopener" });
    link.setAttribute("aria-label", `${fill(this.words.download, { name })}, ${sizeOf(size)}`);
    if (picture) link.append(make("img", { src: `${url}?inline=1`, alt: "", loading: "lazy" }));
    link.append(words);
    return link;
  }

  put(element, at) {
    const isAtEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 120;
    if (at) this.mayBeginDay(at);
    this.log.append(element);
    if (isAtEnd || element.classList.contains("visitor")) this.toEnd();
    return element;
  }

  mayBeginDay(at) {
    const day = new Date(at).toDateString();
    if (day === this.lastDay) return;
    const today = new Date().toDateString();
    if (this.lastDay !== undefined || day !== today) {
      const yesterday = new Date(Date.now() - 86_400_000).toDateString();
      const said = day === today ? this.words.today : day === yesterday ? this.words.yesterday : this.day.format(new Date(at));
      this.log.append(make("p", { className: "event day", textContent: said }));
    }
    this.lastDay = day;
  }

  toEnd() {
    requestAnimationFrame(() => (this.log.scrollTop = this.log.scrollHeight));
  }
}
