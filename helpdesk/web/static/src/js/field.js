// Where the words of a form are written: the editor where it stands, the plain area otherwise; both are spoken to alike.

export const fieldOf = (area) => area.rich ?? new Plain(area);

class Plain {
  constructor(area) {
    this.area = area;
  }

  focus() {
    this.area.focus();
  }

  scrollIntoView(how) {
    this.area.scrollIntoView(how);
  }

  before() {
    return this.area.value.slice(0, this.area.selectionStart);
  }

  place() {
    return [this.area.selectionStart, this.area.selectionEnd];
  }

  insert(text, place) {
    const { area } = this;
    area.focus();
    area.setSelectionRange(...place);
    // The browser's own way of typing can be taken back with Ctrl Z.
    if (!document.execCommand("insertText", false, text)) area.setRangeText(text, place[0], area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  select(words) {
    const at = this.area.value.indexOf(words);
    if (at >= 0) this.area.setSelectionRange(at, at + words.length);
  }

  put(text, html = "") {
    const { html: source } = this.area.form.elements;
    if (source) {
      source.value = html;
      this.area.htmlFor = text;
    }
    this.area.value = text;
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
