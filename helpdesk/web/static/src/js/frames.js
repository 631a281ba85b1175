// Gives each formatted mail the height of its content. No script runs in the frame: this page looks in from outside.
import { all, on, onContent } from "./dom.js";

const TALLEST = 20_000;
const watched = new WeakMap();

export function startFrames() {
  onContent((within) => {
    for (const frame of all("iframe.mail-frame", within)) {
      frame.addEventListener("load", () => fit(frame));
      if (frame.contentDocument?.readyState === "complete") fit(frame);
    }
  });
  on("click", "[data-pictures] a", (_event, link) => {
    link.closest("[data-pictures]").hidden = true;
  });
  // A frame inside closed details has no size until they open.
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target instanceof Element) all("iframe.mail-frame", event.target).forEach(measure);
    },
    true,
  );
}

function fit(frame) {
  measure(frame);
  watched.get(frame)?.disconnect();
  const body = frame.contentDocument?.body;
  if (!body) return;
  const observer = new ResizeObserver(() => measure(frame));
  observer.observe(body);
  watched.set(frame, observer);
}

function measure(frame) {
  const body = frame.contentDocument?.body;
  if (!body || frame.offsetParent === null) return;
  const wanted = Math.min(Math.ceil(body.getBoundingClientRect().height) + 4, TALLEST);
  if (wanted > 8 && Math.abs(frame.offsetHeight - wanted) > 2) frame.style.blockSize = `${wanted}px`;
}
