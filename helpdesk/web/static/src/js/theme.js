// Light, dark or the system's: seen at once, and kept with the person.
import { all, on } from "./dom.js";

export function startTheme() {
  on("click", "[data-theme-form] button[value]", async (event, button) => {
    event.preventDefault();
    const form = button.form;
    show(button.value);
    for (const other of all("button[value]", form)) other.setAttribute("aria-pressed", String(other === button));
    const body = new FormData(form);
    body.set("theme", button.value);
    try {
      await fetch(form.action, { method: "POST", body, redirect: "manual" });
    } catch {
      // The page already shows it; the next choice will be kept.
    }
  });
}

function show(theme) {
  const root = document.documentElement;
  if (theme === "system") root.removeAttribute("data-theme");
  else root.dataset.theme = theme;
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
}
