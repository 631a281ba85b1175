// The views of the rail, as somebody makes, changes or deletes them; and what becomes of the one that this page shows.
import { on, one } from "../dom.js";
import { listen, tell } from "../live.js";
import { pageAt, together } from "./fetching.js";

// So that not all pages of the desk ask in the same moment.
const SPREAD_MS = 800;

export function startViews() {
  const rail = one("[data-rail-views]");
  if (!rail) return;
  const renew = together(() => take(rail));
  listen("counts", ({ counts }) => {
    if ("rail" in counts && String(counts.rail) !== rail.dataset.railViews) renew();
  });
  on("click", "[data-close-said]", () => one("[data-view-said]").replaceChildren());
}

async function take(rail) {
  await new Promise((done) => setTimeout(done, Math.random() * SPREAD_MS));
  const shown = one("h1[data-view]");
  const asked = new URL(rail.dataset.url, location.href);
  if (shown) asked.search = new URLSearchParams({ view: shown.dataset.view, version: shown.dataset.version });
  const page = await pageAt(asked);
  const lines = page instanceof Document ? one("[data-rail-lines]", page) : null;
  if (!lines) return;
  showLines(rail, lines);
  const said = one("[data-view-state]", page);
  if (said && shown) sayOf(shown, said);
}

function showLines(rail, lines) {
  const linkTo = (path) => path && one(`a[href="${CSS.escape(path)}"]`, rail);
  const current = one("[aria-current]", rail)?.getAttribute("href");
  const focused = rail.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  rail.dataset.railViews = lines.dataset.railLines;
  rail.replaceChildren(...lines.childNodes);
  linkTo(current)?.setAttribute("aria-current", "page");
  if (focused) (linkTo(focused) ?? one("h2 a", rail.parentElement))?.focus({ preventScroll: true });
}

// The list stays as it stands, with what is ticked; its name and its rows follow the view.
function sayOf(shown, said) {
  const { viewState: state, title, version } = said.dataset;
  const again = one("[data-again]", said);
  if (again) again.href = location.pathname;
  one("[data-view-said]")?.replaceChildren(...said.childNodes);
  if (state === "gone") {
    one("[data-edit-view]")?.remove();
    const bulk = one("#bulk");
    if (bulk) bulk.dataset.back = one("[data-view-said] a").getAttribute("href");
    delete shown.dataset.view;
    return;
  }
  document.title = document.title.replace(shown.textContent, title);
  shown.textContent = title;
  shown.dataset.version = version;
  tell("refetch");
}
