// Pictures in the text: pasted, dropped or chosen; each is taken by the desk at once, and shown from there.
import { one } from "../dom.js";
import { hasWords } from "./cleaning.js";

const KINDS = ["image/png", "image/jpeg", "image/gif", "image/webp"];
// What browsers call a picture that never had a name.
const NO_NAME = /^(?:image|grafik|unknown|clipboard.*|blob)?$/i;
const OWN = /\/tickets\/[A-Za-z0-9-]{1,40}\/pictures\/[0-9a-f]{32}/;

export class Pictures {
  constructor(editor, bar) {
    this.editor = editor;
    this.squire = editor.squire;
    this.words = bar.dataset;
    this.fault = one("[data-picture-fault]", bar.parentElement);
    this.state = one("[data-picture-state]", bar.parentElement);
    this.work = [];
    const { root } = editor;
    root.addEventListener("paste", (event) => this.paste(event), { capture: true });
    root.addEventListener("drop", (event) => this.drop(event), { capture: true });
    root.addEventListener("click", (event) => event.target instanceof HTMLImageElement && this.open(event.target));
    // What is still on its way goes along; what could not be taken keeps the reply here.
    const { signal } = editor.gone;
    editor.area.form.addEventListener("submit", (event) => this.holdBack(event), { capture: true, signal });
    this.listen(one("#rich-picture"), signal);
  }

  paste(event) {
    const { clipboardData } = event;
    if (clipboardData.files.length === 0 || hasWords(clipboardData.getData("text/html"))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.take([...clipboardData.files], this.squire.getSelection());
  }

  drop(event) {
    const { dataTransfer } = event;
    const html = dataTransfer.getData("text/html");
    if (dataTransfer.files.length === 0 || hasWords(html) || OWN.test(html)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.take([...dataTransfer.files], placeUnder(event, this.editor.root) ?? this.squire.getSelection());
  }

  // Pictures come to stand in the text, all else beside it.
  take(files, range) {
    this.attach(files.filter((file) => !KINDS.includes(file.type)));
    for (const file of files.filter((file) => KINDS.includes(file.type))) {
      const done = this.upload(file).then(
        (kept) => this.put(kept, nameOf(file), range),
        (error) => this.say(error.message),
      );
      this.wait(done);
    }
  }

  attach(files) {
    this.editor.root.dispatchEvent(new CustomEvent("files", { detail: files, bubbles: true }));
  }

  // In plain text a picture is a file, and its name in brackets says where the mail shows it.
  async leave() {
    await Promise.all(this.work);
    const { root } = this.editor;
    const files = [];
    for (const image of root.querySelectorAll("img")) {
      const blob = await fetch(image.src).then((answer) => (answer.ok ? answer.blob() : null), () => null);
      if (!blob) continue;
      let number = 1;
      while (root.textContent.includes(`[picture-${number}.`)) number += 1;
      const name = `picture-${number}.${blob.type.replace("image/", "").replace("jpeg", "jpg")}`;
      files.push(new File([blob], name, { type: blob.type }));
      image.replaceWith(`[${name}]`);
    }
    this.say("");
    this.attach(files);
  }

  wait(done) {
    this.say("");
    this.failed = false;
    this.state.textContent = this.words.pictureWait;
    this.work.push(done);
    done.finally(() => {
      this.work = this.work.filter((one) => one !== done);
      if (this.work.length === 0) this.state.textContent = "";
    });
  }

  say(fault) {
    this.failed = fault !== "";
    one("span", this.fault).textContent = fault;
    this.fault.hidden = fault === "";
  }

  async upload(file) {
    if (file.size > Number(this.words.pictureLargest)) throw new Error(this.words.pictureTooLarge);
    const body = new FormData();
    body.set("csrf_token", this.editor.area.form.elements.csrf_token.value);
    body.set("picture", file);
    let answer;
    try {
      answer = await fetch(this.words.pictureUrl, { method: "POST", body, redirect: "manual" });
    } catch {
      throw new Error(this.words.failed);
    }
    const said = await answer.json().catch(() => ({}));
    if (answer.status !== 200) throw new Error(said.error ?? this.words.failed);
    return said;
  }

  // With its size, so that its place is there before it is.
  put({ url, width, height }, name, range) {
    const { root } = this.editor;
    const image = document.createElement("img");
    image.width = width;
    image.height = height;
    image.setAttribute("src", url);
    image.alt = name || this.words.pictureUnnamed;
    image.addEventListener("load", () => image.scrollIntoView({ block: "nearest" }), { once: true });
    this.squire.saveUndoState();
    this.squire.insertElement(image, root.contains(range.startContainer) ? range : this.squire.getSelection());
    this.editor.mirror();
  }

  holdBack(event) {
    if (this.work.length === 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    Promise.all(this.work).then(() => this.failed || event.target.requestSubmit(event.submitter));
  }

  // The window in which a picture is chosen, or one that stands there is described or taken out.
  listen(dialog, signal) {
    this.dialog = dialog;
    this.file = one("input[type=file]", dialog);
    this.name = one("input[type=text]", dialog);
    one("[data-close]", dialog).addEventListener("click", () => dialog.close(""), { signal });
    one("form", dialog).addEventListener("submit", (event) => this.choose(event), { signal });
    dialog.addEventListener("close", () => this.settle(), { signal });
  }

  open(image = null) {
    const { dialog } = this;
    this.range = this.squire.getSelection();
    this.image = image ?? pictureIn(this.range, this.editor.root);
    this.name.value = this.image?.alt ?? "";
    this.file.value = "";
    one("[data-new]", dialog).hidden = this.image !== null;
    one("[data-out]", dialog).hidden = this.image === null;
    dialog.returnValue = "";
    this.complain("");
    dialog.showModal();
    (this.image ? this.name : this.file).focus();
  }

  async choose(event) {
    if (this.image || event.submitter?.value !== "put") return;
    event.preventDefault();
    const [file] = this.file.files;
    if (!file) return this.complain(this.words.pictureMissing);
    if (this.dialog.ariaBusy === "true") return;
    this.dialog.ariaBusy = "true";
    this.complain("");
    try {
      this.kept = await this.upload(file);
      this.named = this.name.value.trim() || nameOf(file);
      this.dialog.close("put");
    } catch (error) {
      this.complain(error.message);
    }
    this.dialog.ariaBusy = "false";
  }

  complain(fault) {
    const place = one("[data-fault]", this.dialog);
    one("span", place).textContent = fault;
    place.hidden = fault === "";
    if (fault === "") return this.file.removeAttribute("aria-invalid");
    this.file.setAttribute("aria-invalid", "true");
    this.file.focus();
  }

  settle() {
    const { dialog, image } = this;
    this.squire.focus();
    this.squire.setSelection(this.range);
    if (dialog.returnValue === "put" && !image) return this.put(this.kept, this.named, this.range);
    if (dialog.returnValue === "") return;
    this.squire.saveUndoState();
    if (dialog.returnValue === "out") image.remove();
    else image.alt = this.name.value.trim() || this.words.pictureUnnamed;
    this.editor.mirror();
  }
}

function nameOf(file) {
  const name = file.name.replace(/\.[^.]*$/, "");
  return NO_NAME.test(name) ? "" : name.slice(0, 200);
}

function pictureIn(range, root) {
  return range.collapsed ? null : ([...root.querySelectorAll("img")].find((image) => range.intersectsNode(image)) ?? null);
}

function placeUnder({ clientX, clientY }, root) {
  const place = document.caretPositionFromPoint?.(clientX, clientY);
  const range = place ? document.createRange() : (document.caretRangeFromPoint?.(clientX, clientY) ?? null);
  if (place) range.setStart(place.offsetNode, place.offset);
  return range && root.contains(range.startContainer) ? range : null;
}
