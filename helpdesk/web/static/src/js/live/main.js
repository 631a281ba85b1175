// What is live in the console: one line to the desk, and what is made of what it says.
import { one } from "../dom.js";
import { tell } from "../live.js";
import { Asking } from "./asking.js";
import { startConversation } from "./conversation.js";
import { instead } from "./fetching.js";
import { Line } from "./line.js";
import { startNotices } from "./notices.js";
import { keepLine } from "./popping.js";
import { startRows } from "./rows.js";
import { startPresence } from "./presence.js";
import { startRail } from "./rail.js";
import { startViews } from "./views.js";

const HIDDEN_FOR_MS = 60000;

function startLive() {
  const main = one("#main[data-live]");
  if (!main) return;
  const asking = new Asking(main.dataset.news);
  const line = new Line({
    url: main.dataset.live,
    path: "/live/console",
    pass: main.dataset.pass,
    ask: (line) => asking.ask(line),
    hear: ({ type, ...detail }) => tell(type, detail),
    changed: (state) => {
      main.dataset.stream = state;
      if (state === "open") asking.forget();
      tell("state", { state });
      if (state === "ended") showEnded(main);
    },
  });
  startRail();
  startViews();
  startRows();
  startConversation();
  startPresence(line, asking, main);
  startNotices(main);
  line.start();
  letRest(line, main);
  addEventListener("online", () => line.start());
  addEventListener("pageshow", (event) => event.persisted && line.start());
  addEventListener("pagehide", () => line.rest());
}

// A browser opens six streams to an address at most; pages nobody looks at leave them to the others. Where notices are shown
// on the screen, one of them stays.
function letRest(line, main) {
  let timer;
  let letGo = () => {};
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    letGo();
    if (!document.hidden) return line.start();
    timer = setTimeout(() => line.rest(), HIDDEN_FOR_MS);
    letGo = keepLine(main, () => {
      clearTimeout(timer);
      line.start();
    });
  });
}

// Whoever signed out, or may sign in no longer, is shown nothing more. What they typed is kept by its draft.
function showEnded(main) {
  const said = one("#live-ended");
  if (!said) return;
  main.replaceChildren(instead(said));
  one("h1", main)?.focus();
}

startLive();
