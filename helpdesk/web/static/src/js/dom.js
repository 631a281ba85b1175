// The few words in which the other modules speak to the page.

export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// Listens once for the whole page, so that what arrives later is heard too.
export function on(type, selector, act) {
  document.addEventListener(type, (event) => {
    const target = event.target instanceof Element ? event.target.closest(selector) : null;
    if (target) act(event, target);
  });
}

// Runs for what is here, and again for whatever htmx puts in its place.
export function onContent(act) {
  act(document);
  document.addEventListener("htmx:load", (event) => act(event.detail.elt));
}

let fading;
export function say(words) {
  const toast = one("#toast");
  if (!toast || !words) return;
  toast.textContent = words;
  clearTimeout(fading);
  fading = setTimeout(() => (toast.textContent = ""), 4000);
}

export const isTyping = (element) =>
  element instanceof HTMLElement &&
  (element.isContentEditable ||
    element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button])") ||
    element.closest("[role=combobox], [role=listbox], [role=menu], [role=textbox]") !== null);

// A browser may refuse its store (private windows, full disk); the page must work all the same.
export const store = {
  get(key) {
    try {
      return JSON.parse(localStorage.getItem(key) ?? "null");
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  },
  remove(key) {
    try {
      localStorage.removeItem(key);
    } catch {
      // Nothing was kept, so nothing is left.
    }
  },
  keys() {
    try {
      return Object.keys(localStorage);
    } catch {
      return [];
    }
  },
};
