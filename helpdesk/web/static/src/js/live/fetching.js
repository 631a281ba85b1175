// Takes a part of this page anew: not at each word from the desk, but once for those that come together.
const FIRST_MS = 120;
const AGAIN_MS = 2500;

// `take` runs soon after the first call, and at most once in AGAIN_MS; what is asked while it runs is done after it.
export function together(take) {
  let timer;
  let last = 0;
  let isRunning = false;
  let isWanted = false;
  const run = async () => {
    timer = undefined;
    isRunning = true;
    isWanted = false;
    try {
      await take();
    } finally {
      last = Date.now();
      isRunning = false;
      if (isWanted) want();
    }
  };
  function want() {
    if (isRunning) isWanted = true;
    else timer ??= setTimeout(run, Math.max(FIRST_MS, last + AGAIN_MS - Date.now()) + Math.random() * FIRST_MS);
  }
  return want;
}

// A page of ours as a document; null where it is not to be had, "gone" where it is no more for this reader.
export async function pageAt(url) {
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true" } });
    if (answer.status === 404) return "gone";
    if (!answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return null;
  }
}

// What a part says, without what changes by itself: the words of times, and what a script made of it.
export function saying(part) {
  const copy = part.cloneNode(true);
  for (const moving of copy.querySelectorAll("time, [data-said], .who-is-here")) moving.textContent = "";
  for (const field of copy.querySelectorAll("input[name=csrf_token]")) field.remove();
  const links = [...copy.querySelectorAll("[href], [value]")].map((one) => one.getAttribute("href") ?? one.getAttribute("value"));
  return `${copy.textContent.replace(/\s+/g, " ")}|${links.join(" ")}`;
}

// What is shown where nothing may be shown any more; its heading is then the page's.
export function instead(template) {
  const part = template.content.cloneNode(true);
  const words = part.querySelector("[data-heading]");
  const heading = Object.assign(document.createElement("h1"), { textContent: words.textContent, tabIndex: -1 });
  words.replaceWith(heading);
  const back = part.querySelector("a[data-next]");
  if (back) back.search = new URLSearchParams({ next: location.pathname + location.search });
  return part;
}
