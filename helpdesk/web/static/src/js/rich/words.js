// Between plain words and what the editor holds. The desk takes the words from the HTML itself; these are for the page.

const BLOCKS = new Set(["BLOCKQUOTE", "DIV", "LI", "OL", "P", "PRE", "UL"]);
const LISTS = new Set(["OL", "UL"]);
const PLAIN = new Set(["BR", "DIV"]);
const NOT_SEEN = /[\u200b\ufeff]/g;

export function htmlOf(text) {
  return text
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line) => `<div>${escaped(line).replace(/^ | {2}/g, (blanks) => "&nbsp;".repeat(blanks.length)) || "<br>"}</div>`)
    .join("");
}

export function isPlain(root) {
  return [...root.querySelectorAll("*")].every((element) => PLAIN.has(element.tagName));
}

export function wordsOf(root) {
  const state = { lines: [], line: "", before: [], mark: "" };
  for (const child of root.childNodes) read(child, state);
  endLine(state);
  return state.lines
    .map((line) => line.replaceAll("\u00a0", " ").replace(/\s+$/, ""))
    .join("\n")
    .replace(/^\n+|\n+$/g, "");
}

// The line and the place in it, for words that the editor begins with.
export function placeAt(root, text, offset) {
  const lines = text.slice(0, offset).split("\n");
  const block = root.children[lines.length - 1] ?? root.lastElementChild;
  const inside = block?.firstChild instanceof Text ? block.firstChild : null;
  const range = document.createRange();
  if (inside) range.setStart(inside, Math.min(lines.at(-1).length, inside.length));
  else range.setStart(block ?? root, 0);
  range.collapse(true);
  return range;
}

function read(node, state) {
  if (node instanceof Text) return readText(node, state);
  if (!(node instanceof Element)) return;
  const { tagName } = node;
  if (tagName === "BR") return endLine(state, true);
  if (tagName === "IMG") {
    state.line += node.alt ? `[picture: ${node.alt}]` : "[picture]";
    return;
  }
  if (!BLOCKS.has(tagName)) return node.childNodes.forEach((child) => read(child, state));
  endLine(state);
  const before = state.before;
  if (tagName === "BLOCKQUOTE") state.before = [...before, "> "];
  if (LISTS.has(tagName) && LISTS.has(node.parentElement?.tagName)) state.before = [...before, "  "];
  if (tagName === "LI") {
    const mark = node.parentElement.tagName === "OL" ? `${[...node.parentElement.children].indexOf(node) + 1}. ` : "- ";
    state.mark = before.join("") + mark;
    state.before = [...before, " ".repeat(mark.length)];
  }
  node.childNodes.forEach((child) => read(child, state));
  endLine(state);
  state.before = before;
  if (tagName === "LI") state.mark = "";
}

function readText(node, state) {
  const text = node.data.replace(NOT_SEEN, "");
  if (!node.parentElement?.closest("pre")) {
    state.line += text.replace(/[\t\r\n\f]/g, " ");
    return;
  }
  const [first, ...rest] = text.split("\n");
  state.line += first;
  for (const line of rest) {
    endLine(state, true);
    state.line = line;
  }
}

function endLine(state, always = false) {
  if (always || state.line.trim() !== "" || /\u00a0/.test(state.line)) {
    state.lines.push((state.mark || state.before.join("")) + state.line);
    state.mark = "";
  }
  state.line = "";
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
