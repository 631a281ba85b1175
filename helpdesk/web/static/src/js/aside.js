// Passing on: what the tab fetched is written into at once.
import { on, one } from "./dom.js";

export function startAside() {
  on("htmx:afterSwap", "[data-forward-place]", () => one("#forward-to")?.focus());
}
