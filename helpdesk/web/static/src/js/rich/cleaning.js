// What is pasted from a word processor or a page becomes what a mail can bear; the desk cleans by the same list again.
import DOMPurify from "dompurify";

const TAGS = ["a", "b", "blockquote", "br", "code", "div", "em", "i", "img", "li", "ol", "p", "pre", "s", "strong", "u", "ul"];
const ATTRIBUTES = ["href", "src", "alt", "width", "height"];
const OWN_PICTURE = /^\/tickets\/[A-Za-z0-9-]{1,40}\/pictures\/[0-9a-f]{32}$/;
const LINES = "h1, h2, h3, h4, h5, h6, section, article, header, footer, main, aside, tr, dt, dd, figure, figcaption, caption, center, address";
const NOT_WRITTEN = "script, style, title, template, noscript, iframe, object, svg, math, textarea, meta, link, o\\:p:empty";
const SAME = { DEL: "s", STRIKE: "s", INS: "u", KBD: "code", SAMP: "code", TT: "code", CITE: "i" };

export function cleaned(html) {
  // Nothing in a document of this kind is fetched or runs.
  const page = parsed(html);
  for (const one of page.querySelectorAll(NOT_WRITTEN)) one.remove();
  takeWordLists(page);
  for (const one of page.querySelectorAll("*")) simplify(one);
  for (const cell of page.querySelectorAll("td, th")) cell.append(" ");
  for (const one of page.querySelectorAll(LINES)) renamed(one, "div");
  for (const image of page.querySelectorAll("img")) {
    if (!OWN_PICTURE.test(image.getAttribute("src") ?? "")) image.remove();
  }
  return DOMPurify.sanitize(page.body.innerHTML, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|tel:|\/tickets\/)/i,
    RETURN_DOM_FRAGMENT: true,
  });
}

// Whether something pasted has words, or is only the frame of a picture.
export function hasWords(html) {
  const page = parsed(html);
  return page.body.textContent.trim() !== "";
}

// Styles are read here and never applied; those and scripts our own policy would refuse, and say so in the console.
function parsed(html) {
  const bare = html
    .replace(/<(\/?)style\b/gi, "<$1template")
    .replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/([\s"'/])(style|on\w+)\s*=/gi, "$1data-$2="));
  return new DOMParser().parseFromString(bare, "text/html");
}

function simplify(element) {
  const style = element.dataset.style ?? "";
  const same = SAME[element.tagName];
  if (same) renamed(element, same);
  else if (/^H[1-6]$/.test(element.tagName)) wrapInside(element, "b");
  else if (element.tagName === "B" && /font-weight:\s*(?:normal|400)/i.test(style)) element.replaceWith(...element.childNodes);
  else if (element.tagName === "SPAN") {
    if (/font-weight:\s*(?:bold|[6-9]00)/i.test(style)) wrapInside(element, "b");
    if (/font-style:\s*italic/i.test(style)) wrapInside(element, "i");
    if (/text-decoration[^;]*line-through/i.test(style)) wrapInside(element, "s");
  }
}

// A word processor writes points as paragraphs that begin with their own mark.
function takeWordLists(page) {
  let list = null;
  for (const item of page.querySelectorAll("p[class*=MsoListParagraph], p[data-style*='mso-list']")) {
    const mark = [...item.querySelectorAll("span")].find((span) => /mso-list:\s*ignore/i.test(span.dataset.style ?? ""));
    const tag = /^\s*[\dA-Za-z]+[.)]/.test(mark?.textContent ?? "") ? "ol" : "ul";
    mark?.remove();
    if (!list || list.localName !== tag || item.previousElementSibling !== list) {
      list = page.createElement(tag);
      item.before(list);
    }
    const point = page.createElement("li");
    point.append(...item.childNodes);
    item.remove();
    list.append(point);
  }
}

function wrapInside(element, tag) {
  const inner = element.ownerDocument.createElement(tag);
  inner.append(...element.childNodes);
  element.append(inner);
}

function renamed(element, tag) {
  const other = element.ownerDocument.createElement(tag);
  other.append(...element.childNodes);
  element.replaceWith(other);
}
