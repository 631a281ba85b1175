// Passing on: what the tab fetched is written into at once.
import { on, one } from "./dom.js";

export function startAside() {
  on("htmx:afterSwap", "[data-forward-place]", () => one("#forward-to")?.focus());
}

// Redacting: what is marked in the message comes to stand in the field below it.
export function startRedact() {
  on("select", "[data-redact-source]", (_event, source) => {
    const field = one("[data-redact-what]");
    const marked = source.value.slice(source.selectionStart, source.selectionEnd).trim();
    if (field && marked) field.value = marked;
  });
}

export function startPaper() {
  on("click", "[data-print]", () => print());
}
