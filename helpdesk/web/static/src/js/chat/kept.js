// What the widget keeps in this browser, apart for each site that shows it: the visitor's random token, and what is not sent yet.
// A browser may refuse its store; then a chat lives as long as its page.
export class Kept {
  constructor(name) {
    this.key = `desk-chat/${name}`;
    this.held = this.read();
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? "null") ?? {};
    } catch {
      return this.held ?? {};
    }
  }

  get(name) {
    return this.held[name];
  }

  set(values) {
    this.held = { ...this.held, ...values };
    this.write();
  }

  forget() {
    this.held = {};
    this.write();
  }

  write() {
    try {
      localStorage.setItem(this.key, JSON.stringify(this.held));
    } catch {
      // It stays in memory.
    }
  }
}

// Random and never told to the page around: whoever holds it is the visitor.
export function randomToken(bytes = 32) {
  const drawn = crypto.getRandomValues(new Uint8Array(bytes));
  return btoa(String.fromCharCode(...drawn)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
