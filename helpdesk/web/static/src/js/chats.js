// Chats in the console: the line to the desk on every page, the count in the rail, a sound, and the page of chats kept fresh.
import { Line } from "./chat/line.js";
import { all, on, one, say, store } from "./dom.js";

const ASK_EVERY = 15000;
const TYPING_EVERY = 3000;
const TYPING_LASTS = 6000;
const SOUND = "chats/sound";

let heard = { waiting: 0, unread: 0 };

function startChats() {
  const main = one("#main[data-counts]");
  if (!main) return;
  const page = one("[data-chats]");
  const line = new Line({
    url: main.dataset.live,
    hello: () => ({ type: "hello", pass: main.dataset.pass }),
    hear: (frame) => hear(frame, page, main),
    changed: (state) => (main.dataset.line = state),
  });
  line.start();
  setInterval(() => main.dataset.line !== "open" && refresh(page, main), ASK_EVERY);
  rememberCounts(page);
  if (page) startPage(page, line);
  startSound();
}

function rememberCounts(page) {
  const list = page && one("#chat-list", page);
  const rail = one("[data-count=chats] .n");
  heard = {
    // The rail's number is followed by a word for readers of the screen.
    waiting: Number.parseInt(list?.dataset.waiting ?? rail?.textContent, 10) || 0,
    unread: Number(list?.dataset.unread ?? 0),
  };
}

function hear(frame, page, main) {
  if (frame.type === "changed") soon(page, main);
  if (frame.type === "typing" && page && String(frame.chat) === page.dataset.chatId) showTyping(frame.on);
}

let timer;
function soon(page, main) {
  clearTimeout(timer);
  timer = setTimeout(() => refresh(page, main), 60);
}

async function refresh(page, main) {
  try {
    const answer = await fetch(main.dataset.counts, { headers: { Accept: "application/json" } });
    if (answer.ok) noteCounts(await answer.json(), main);
  } catch {
    return;
  }
  if (!page) return;
  await put(page.dataset.list, "#chat-list");
  if (page.dataset.flow) await put(page.dataset.flow, "#chat-flow");
}

function noteCounts(counts, main) {
  const link = one("[data-count=chats]");
  if (link) {
    let number = one(".n", link);
    if (!number) link.append((number = Object.assign(document.createElement("span"), { className: "n" })));
    const spoken = one(".sr-only", number);
    number.textContent = counts.waiting;
    if (spoken && counts.waiting > 0) number.append(spoken);
    link.classList.toggle("late", counts.waiting > 0);
  }
  if (counts.waiting > heard.waiting) {
    sound(880);
    say(main.dataset.chatNews);
  } else if (counts.unread > heard.unread) sound(620);
  heard = counts;
}

// Takes a part of the page anew without losing focus, scroll or what is being typed.
async function put(url, selector) {
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return;
  const part = one(selector);
  const held = document.createElement("template");
  held.innerHTML = await answer.text();
  const fresh = held.content.querySelector(selector);
  if (!part || !fresh || part.innerHTML === fresh.innerHTML) return;
  const focused = part.contains(document.activeElement) ? document.activeElement.closest("[data-chat]")?.dataset.chat : null;
  const isAtEnd = part.scrollHeight - part.scrollTop - part.clientHeight < 120;
  const at = part.scrollTop;
  if (selector === "#chat-flow") append(part, fresh);
  else part.replaceWith(fresh);
  const now = one(selector);
  now.scrollTop = isAtEnd ? now.scrollHeight : at;
  if (focused) one(`[data-chat="${CSS.escape(focused)}"]`, now)?.focus();
}

// What is there stays, so that a reader of the screen hears only what is new.
function append(part, fresh) {
  for (const bubble of all(".bubble", fresh)) if (!document.getElementById(bubble.id)) part.insertBefore(bubble, one(".chat-said, #end", part));
  all(".chat-said", part).forEach((said) => said.remove());
  all(".chat-said", fresh).forEach((said) => part.insertBefore(said, one("#end", part)));
  Object.assign(part.dataset, fresh.dataset);
}

let typing;
function showTyping(on) {
  const said = one("[data-typing]");
  if (!said) return;
  clearTimeout(typing);
  const flow = one("#chat-flow");
  const isAtEnd = flow.scrollHeight - flow.scrollTop - flow.clientHeight < 120;
  said.hidden = !on;
  if (on && isAtEnd) flow.scrollTop = flow.scrollHeight;
  if (on) typing = setTimeout(() => showTyping(false), TYPING_LASTS);
}

function startPage(page, line) {
  const flow = one("#chat-flow");
  if (flow) flow.scrollTop = flow.scrollHeight;
  const form = one("[data-chat-write]");
  if (form) startWriting(form, page, line);
}

function startWriting(form, page, line) {
  const text = one("textarea", form);
  let told = 0;
  on("keydown", "[data-chat-write] textarea", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  text.addEventListener("input", () => {
    if (Date.now() - told < TYPING_EVERY) return;
    told = Date.now();
    line.send({ type: "typing", chat: page.dataset.chatId, on: true });
  });
  one("[type=file]", form).addEventListener("change", (event) => {
    one("[data-files]", form).textContent = [...event.target.files].map((file) => file.name).join(", ");
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, text);
  });
}

async function send(form, text) {
  if (form.dataset.sending || (!text.value.trim() && !one("[type=file]", form).files.length)) return;
  form.dataset.sending = "yes";
  const sent = text.value;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (!answer.ok) {
      // The desk says why on a page of its own, with all that was typed.
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      say(one(".error, .notice, h1", page)?.textContent.trim());
      return;
    }
    // What was typed on while it was under way is the next message.
    text.value = text.value.startsWith(sent) ? text.value.slice(sent.length).trimStart() : text.value;
    one("[type=file]", form).value = "";
    one("[data-files]", form).textContent = "";
    // The next message is another one; a copy of this would be known by its id.
    one("[name=id]", form).value = crypto.randomUUID().replaceAll("-", "");
    text.dispatchEvent(new Event("input"));
    await put(one("[data-chats]").dataset.flow, "#chat-flow");
    const flow = one("#chat-flow");
    flow.scrollTop = flow.scrollHeight;
  } catch {
    say(one("#toast")?.dataset.offline);
  } finally {
    delete form.dataset.sending;
    text.focus();
  }
}

function startSound() {
  const box = one("[data-sound]");
  if (!box) return;
  box.checked = store.get(SOUND) !== false;
  box.addEventListener("change", () => {
    store.set(SOUND, box.checked);
    if (box.checked) sound(880);
  });
}

let audio;
function sound(pitch) {
  // A browser lets no page sound before somebody has touched it.
  if (store.get(SOUND) === false || !window.AudioContext || !navigator.userActivation?.hasBeenActive) return;
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume();
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0.0001, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.12, audio.currentTime + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + 0.35);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.4);
}

startChats();
