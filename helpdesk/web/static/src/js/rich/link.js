// The small window in which the address of a link is written.
import { one } from "../dom.js";

const MAIL = /^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/;

export function linkTool(squire, { signal }) {
  const dialog = one("#link-dialog");
  const field = one("input", dialog);
  const fault = one("[data-fault]", dialog);
  const off = one("[data-unlink]", dialog);
  const say = (wrong) => {
    fault.hidden = !wrong;
    if (wrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  };
  let range;
  const back = () => {
    squire.focus();
    squire.setSelection(range);
  };
  one("[data-close]", dialog).addEventListener("click", () => dialog.close(""), { signal });
  one("form", dialog).addEventListener("submit", (event) => {
    if (event.submitter === off || addressIn(field.value)) return;
    event.preventDefault();
    say(true);
    field.focus();
  }, { signal });
  dialog.addEventListener("close", () => {
    back();
    const address = addressIn(field.value);
    if (dialog.returnValue === "put" && address) put(squire, range, address, field.value.trim());
    if (dialog.returnValue === "off") squire.removeLink();
  }, { signal });
  return () => {
    range = squire.getSelection();
    const inside = linkAround(squire, range);
    if (inside) range.selectNodeContents(inside);
    field.value = inside?.getAttribute("href") ?? "";
    off.hidden = !inside;
    dialog.returnValue = "";
    say(false);
    dialog.showModal();
    field.focus();
    field.select();
  };
}

function linkAround(squire, range) {
  const node = range.commonAncestorContainer;
  const found = (node instanceof Element ? node : node.parentElement)?.closest("a[href]");
  return found && squire.getRoot().contains(found) ? found : null;
}

function put(squire, range, address, typed) {
  if (!range.collapsed) return squire.makeLink(address);
  const link = document.createElement("a");
  link.setAttribute("href", address);
  link.textContent = typed;
  squire.insertElement(link);
}

function addressIn(typed) {
  const text = typed.trim();
  if (text === "" || /\s/.test(text)) return null;
  if (MAIL.test(text)) return `mailto:${text}`;
  const named = /^(?:https?:\/\/|mailto:|tel:)/i.test(text);
  try {
    const url = new URL(named ? text : `https://${text}`);
    // What has neither a scheme nor a dot is a word, and no address.
    return named || url.hostname.includes(".") ? url.href : null;
  } catch {
    return null;
  }
}
