// The wallboard, kept fresh by itself. It is a page of numbers only; when the desk does not answer, it says since when.
const EVERY_MS = 5000;
const board = () => document.querySelector("#board");

let last = new Date();

async function refresh() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.status === 404 || answer.redirected) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of [".tiles", ".scroll tbody"]) {
      const fresh = page.querySelector(part);
      const shown = board().querySelector(part);
      if (fresh && shown.innerHTML !== fresh.innerHTML) shown.innerHTML = fresh.innerHTML;
    }
    last = new Date();
    tell("");
  } catch {
    tell(board().dataset.lost.replace("{time}", clock(last)));
  }
}

function tell(words) {
  const place = board().querySelector("[data-lost-place]");
  if (place.textContent !== words) place.textContent = words;
}

const clock = (at) => new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" }).format(at);
const showTime = () => (board().querySelector("[data-clock]").textContent = clock(new Date()));

showTime();
setInterval(showTime, 5000);
setInterval(refresh, EVERY_MS);
