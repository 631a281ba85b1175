// Text that is written line by line: a fault named above it leads to its line.
import { on, one } from "./dom.js";

function select(area, number) {
  const lines = area.value.split("\n");
  const at = Math.min(Math.max(number, 1), lines.length) - 1;
  const start = lines.slice(0, at).join("\n").length + (at > 0 ? 1 : 0);
  area.focus({ preventScroll: true });
  area.setSelectionRange(start, start + lines[at].length);
  const height = Number.parseFloat(getComputedStyle(area).lineHeight) || 20;
  area.scrollTop = Math.max(0, (at - 4) * height);
  area.scrollIntoView({ block: "nearest" });
}

export function startCode() {
  on("click", "a[data-to-line]", (event, link) => {
    const area = one(link.getAttribute("href"));
    if (!(area instanceof HTMLTextAreaElement)) return;
    event.preventDefault();
    select(area, Number(link.dataset.toLine));
  });
}
