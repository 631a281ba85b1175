// Writing: the chosen files, Ctrl Enter, pasted and dropped files, and the place where one reads first.
import { all, on, one } from "./dom.js";
import { fieldOf } from "./field.js";

// A form takes Enter in one of its lines for its first button, and that may send, or put the sending off.
const LINES = "#reply-form input.input, #note-form input.input, form.forward input.input";

export function startComposer() {
  // Keydown is left alone: by it a browser takes what it offers for the line.
  on("keypress", LINES, (event) => event.key === "Enter" && event.preventDefault());
  const composer = one("#composer");
  if (!composer) return;
  on("keydown", LINES, (event, line) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) line.form.requestSubmit();
  });
  on("click", "#composer details.cc > summary", (_event, { parentElement: copies }) => {
    if (!copies.open) setTimeout(() => one("input", copies).focus());
  });
  on("change", "#composer input[type=file][name=files]", (_event, input) => showFiles(input));
  on("keydown", "#composer textarea", (event, area) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      area.form.requestSubmit();
    }
  });
  takeFiles(composer);
  on("change", "#composer [name=mode]", () => focusArea());
  readFromTheEnd();
}

export function write(mode) {
  const choice = one(`#mode-${mode}`);
  if (!choice) return false;
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  focusArea()?.scrollIntoView({ block: "nearest" });
  return true;
}

function focusArea() {
  const area = openArea();
  const field = area && fieldOf(area);
  field?.focus();
  return field;
}

function openArea() {
  const mode = one("#composer [name=mode]:checked")?.value ?? "reply";
  return one(`#${mode}-form textarea`);
}

function showFiles(input) {
  const place = one(`[data-chosen-files="${input.id}"]`);
  const files = [...input.files];
  const sum = files.reduce((bytes, file) => bytes + file.size, 0);
  // Said here, since what is too large is refused with all that was written beside it.
  input.setCustomValidity(sum > Number(input.dataset.most) ? input.dataset.tooLarge : "");
  const problem = document.createElement("p");
  problem.className = "error";
  problem.role = "alert";
  problem.textContent = input.validationMessage;
  place.replaceChildren(...files.map((file) => pillOf(input, file)), ...(input.validationMessage ? [problem] : []));
}

function pillOf(input, file) {
  const pill = document.createElement("span");
  pill.className = "pill line";
  const off = document.createElement("button");
  off.type = "button";
  off.textContent = "×";
  off.setAttribute("aria-label", `${input.dataset.takeOff} ${file.name}`);
  off.addEventListener("click", () => {
    const rest = new DataTransfer();
    for (const other of input.files) if (other !== file) rest.items.add(other);
    input.files = rest.files;
    showFiles(input);
    input.focus();
  });
  pill.append(`${file.name}, ${size(file.size)}`, off);
  return pill;
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

// A pasted picture stands in the mail where it was pasted: its name in brackets marks the place.
function placed(file) {
  const area = openArea();
  if (!area || !file.type.startsWith("image/")) return file;
  const taken = all("[data-chosen-files] .pill").length + area.value.split("[picture-").length;
  const kind = file.type.slice("image/".length).replace("jpeg", "jpg");
  const named = new File([file], `picture-${taken}.${kind}`, { type: file.type });
  fieldOf(area).insert(`[${named.name}]`, fieldOf(area).place());
  return named;
}

function takeFiles(composer) {
  const take = (files) => {
    const input = openArea()?.form.querySelector("input[type=file]");
    if (!input || files.length === 0) return;
    const all = new DataTransfer();
    for (const file of [...input.files, ...files]) all.items.add(file);
    input.files = all.files;
    showFiles(input);
  };
  composer.addEventListener("paste", (event) => {
    if (event.defaultPrevented || event.clipboardData.files.length === 0) return;
    event.preventDefault();
    take([...event.clipboardData.files].map((file) => placed(file)));
  });
  composer.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    composer.classList.add("dropping");
  });
  composer.addEventListener("dragleave", () => composer.classList.remove("dropping"));
  composer.addEventListener("drop", (event) => {
    composer.classList.remove("dropping");
    if (event.defaultPrevented || event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  // What came with pictures into the text and is none.
  composer.addEventListener("files", (event) => {
    composer.classList.remove("dropping");
    take(event.detail);
  });
}

// A conversation is read from its newest message, unless an address asks for a place or something needs attention.
// Where the head of the ticket does not stay in sight (see ticket.css), the page opens with it.
function readFromTheEnd() {
  const entry = performance.getEntriesByType("navigation")[0];
  if (matchMedia("(width < 58rem)").matches) return;
  if (location.hash || one("[data-focus]") || (entry && entry.type !== "navigate")) return;
  const messages = all("#flow .msg");
  if (messages.length < 3) return;
  const last = messages.at(-1);
  const show = () => last.scrollIntoView({ block: last.offsetHeight > innerHeight / 2 ? "start" : "end" });
  // Frames and pictures get their height late and would push the end away; the reader's first move settles it.
  const follower = new ResizeObserver(show);
  follower.observe(one("#flow"));
  const settle = () => follower.disconnect();
  for (const move of ["wheel", "touchstart", "pointerdown", "keydown"]) {
    addEventListener(move, settle, { once: true, passive: true });
  }
  setTimeout(settle, 5000);
}
