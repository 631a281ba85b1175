// Parts that fold ([data-fold]) stay as this reader left them, also those that are fetched later.
import { all, store } from "./dom.js";

const keyOf = (part) => `desk:fold:${part.dataset.fold}`;

export function startFolds() {
  settle(document);
  document.addEventListener("htmx:load", (event) => settle(event.detail.elt));
  document.addEventListener(
    "toggle",
    (event) => {
      const part = event.target;
      if (part.dataset?.fold) store.set(keyOf(part), part.open ? "open" : "shut");
    },
    true,
  );
}

function settle(root) {
  for (const part of all("[data-fold]", root)) {
    if (store.get(keyOf(part)) === "shut") part.open = false;
  }
}
