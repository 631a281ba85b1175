// The button and the panel, and the few words that are spoken with the page around: how large we are, and where we stand.
import { fill, one } from "./view.js";

// Whether a page of this origin may show us; the desk's own policy says so too, and the browser heeds that.
function isListed(origin, listed) {
  if (origin === location.origin) return true;
  return listed.some((one) => {
    if (!one.includes("*")) return one === origin;
    const [scheme, rest] = one.split("://*.");
    return origin.startsWith(`${scheme}://`) && origin.endsWith(`.${rest}`);
  });
}

export class Panel {
  constructor(setup, kept) {
    Object.assign(this, { setup, kept, words: setup.words, isOpen: false, unread: 0, page: "" });
    this.launcher = one("launcher");
    this.panel = one("panel");
    this.launcher.addEventListener("click", () => this.open());
    one("close").addEventListener("click", () => this.close());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.isOpen && this.close());
    addEventListener("message", (event) => this.hear(event));
  }

  start() {
    this.tell({ type: "ready" });
    if (this.kept.get("open")) this.open(false);
    else this.size();
    document.fonts?.ready.then(() => !this.isOpen && this.size());
  }

  hear({ origin, source, data }) {
    if (source !== window.parent || source === window || !isListed(origin, this.setup.origins)) return;
    if (data?.to !== "desk-chat") return;
    if (data.type === "page" && typeof data.url === "string") this.page = data.url.slice(0, 2000);
    if (data.type === "open") this.open();
    if (data.type === "whole") document.body.classList.toggle("whole", data.on === true);
  }

  open(withFocus = true) {
    this.isOpen = true;
    this.kept.set({ open: true });
    this.launcher.hidden = true;
    this.launcher.setAttribute("aria-expanded", "true");
    this.panel.hidden = false;
    this.count(0);
    this.size();
    this.onOpen?.();
    if (withFocus) requestAnimationFrame(() => this.focus());
  }

  close() {
    this.isOpen = false;
    this.kept.set({ open: false });
    this.panel.hidden = true;
    this.launcher.hidden = false;
    this.launcher.setAttribute("aria-expanded", "false");
    this.size();
    this.launcher.focus();
  }

  focus() {
    const first = [...this.panel.querySelectorAll("#asking input, #asking button, #text")].find((element) => element.offsetParent !== null);
    (first ?? one("close")).focus();
  }

  count(unread) {
    this.unread = unread;
    const badge = one("badge");
    badge.hidden = !unread;
    badge.textContent = unread > 9 ? "9+" : String(unread);
    const words = unread === 1 ? this.words.unread_one : fill(this.words.unread_many, { number: unread });
    this.launcher.setAttribute("aria-label", unread ? `${this.words.open}, ${words}` : this.words.open);
    if (!this.isOpen) this.size();
  }

  size() {
    const box = this.launcher.getBoundingClientRect();
    this.tell({ type: "size", open: this.isOpen, width: Math.ceil(box.width) + 28, height: Math.ceil(box.height) + 28 });
  }

  // Nothing of the conversation is ever told to the page around.
  tell(said) {
    if (window.parent !== window) window.parent.postMessage({ from: "desk-chat", ...said }, location.ancestorOrigins?.[0] ?? "*");
  }
}
