// What to look at before a reply leaves: asked of the desk when writing begins and when a copy changes. Where the desk
// cannot be reached nothing is said; it asks again when the reply is sent.
import { one } from "./dom.js";

const NAMES = ["csrf_token", "cc", "bcc", "way"];

export function startBefore() {
  const place = one("#before-sending[data-check]");
  const form = place?.closest("form");
  if (!form) return;
  let asked;
  const look = async () => {
    const mine = (asked = {});
    const body = new URLSearchParams();
    for (const name of NAMES) body.set(name, form.elements[name]?.value ?? "");
    try {
      const answer = await fetch(place.dataset.check, { method: "POST", body });
      if (!answer.ok) return;
      const words = await answer.text();
      if (mine === asked) place.innerHTML = words;
    } catch {
      // Away, or leaving the page.
    }
  };
  form.addEventListener("focusin", look, { once: true });
  form.addEventListener("change", (event) => event.target.matches("#cc, #bcc, #way") && look());
}
