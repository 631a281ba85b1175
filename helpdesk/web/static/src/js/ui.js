// Small manners: menus close, texts grow, numbers are copied, errors get the focus, forms are sent once.
import { all, on, one, onContent, say } from "./dom.js";

export function startUi() {
  closeMenus();
  onContent(focusProblem);
  onContent(growAll);
  onContent(announce);
  on("input", "textarea[data-grow]", (_event, area) => grow(area));
  on("click", "[data-copy]", copy);
  sendOnce();
  const offline = () => say(one("#toast")?.dataset.offline);
  document.addEventListener("htmx:sendError", offline);
  document.addEventListener("htmx:timeout", offline);
  // A refusal comes as a whole page of ours, with its words; the plain way shows it.
  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    if (status === 401 || status === 403) location.reload();
    else offline();
  });
}

function closeMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of all("details.menu[open]")) {
      menu.open = false;
      one("summary", menu).focus();
    }
  });
}

function focusProblem(within) {
  const problem = one("[data-focus]", within) ?? (within.matches?.("[data-focus]") ? within : null);
  problem?.focus({ preventScroll: false });
}

// What stands on a page when it comes is not read out; what changes in a live region is.
function announce(within) {
  const done = one("[data-said] span", within);
  const region = one("#announced");
  if (done && region) setTimeout(() => (region.textContent = done.textContent), 200);
}

function growAll(within) {
  if (CSS.supports("field-sizing", "content")) return;
  all("textarea[data-grow]", within).forEach(grow);
}

function grow(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.blockSize = "auto";
  area.style.blockSize = `${area.scrollHeight + 2}px`;
}

async function copy(_event, button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    say(`${one("#toast").dataset.copied}: ${button.dataset.copy}`);
  } catch {
    getSelection().selectAllChildren(button);
  }
}

// A second click while the first is on its way would send a second mail.
function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-hx-post")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    // The browser would leave the page for one of its own, and what was typed with it.
    if (!navigator.onLine) {
      event.preventDefault();
      delete form.dataset.leaving;
      say(one("#toast")?.dataset.offline);
      return;
    }
    form.dataset.sent = "yes";
    for (const button of all("button:not([type=button])", form)) button.setAttribute("aria-disabled", "true");
  });
  // A page that comes back from the browser's memory may be sent again.
  addEventListener("pageshow", () => {
    for (const form of all("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of all("button[aria-disabled]", form)) button.removeAttribute("aria-disabled");
    }
  });
}
