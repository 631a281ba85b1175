// Lets a reply be written with marks: fetches the editor once the page stands, unless its writer prefers plain text.
import { one, say } from "./dom.js";

export function startRich() {
  const bar = one("[data-rich]");
  const area = one("#composer textarea[name=text]");
  if (!bar || !area) return;
  const plain = one("[data-plain]", bar);
  let composing = false;
  area.addEventListener("compositionstart", () => (composing = true));
  area.addEventListener("compositionend", () => (composing = false));
  const begin = async () => {
    const { replace } = await import(bar.dataset.rich);
    if (area.rich || isOn(plain)) return;
    // A word that is being put together would be lost.
    if (composing) await new Promise((done) => area.addEventListener("compositionend", done, { once: true }));
    replace(area, bar);
  };
  const tryIt = () => begin().catch(() => undefined);
  plain.addEventListener("click", () => {
    plain.setAttribute("aria-pressed", String(!isOn(plain)));
    bar.classList.toggle("is-plain", isOn(plain));
    if (isOn(plain)) area.rich?.leave();
    else begin().catch(() => say(bar.dataset.failed));
    remember(plain, area.form.elements.csrf_token.value);
  });
  if (isOn(plain)) area.form.elements.html.value = "";
  else if (document.readyState === "complete") tryIt();
  else addEventListener("load", tryIt, { once: true });
}

const isOn = (button) => button.getAttribute("aria-pressed") === "true";

function remember(plain, token) {
  const body = new FormData();
  body.set("csrf_token", token);
  body.set("plain", isOn(plain) ? "y" : "");
  fetch(plain.dataset.url, { method: "POST", body, redirect: "manual" }).catch(() => {});
}
