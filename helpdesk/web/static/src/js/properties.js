// The properties of a ticket: what was changed is marked until it is saved.
import { all, on, one, onContent } from "./dom.js";

export function startProperties() {
  onContent(mark);
  // A quick hand may have chosen before this script was there.
  onContent((within) => all("select[name=status]", within).filter(isChanged).forEach(ask));
  // What a status asks for is shown as soon as it is chosen; only what is shown is sent.
  on("change", "[data-properties] select[name=priority]", (_event, chosen) => askWhy(chosen));
  on("change", "select[name=status]", (_event, chosen) => ask(chosen));
  on("input", "[data-properties]", () => mark(document));
  on("reset", "[data-properties]", (_event, form) =>
    setTimeout(() => {
      mark(document);
      ask(form.elements.status);
      askWhy(form.elements.priority);
    }),
  );
  // A newer version came with the new properties; what is being written answers that one.
  document.addEventListener("htmx:afterSwap", () => {
    const version = one("#properties input[name=version]")?.value;
    if (!version || one("#notices .notice.warn")) return;
    for (const field of all("#composer input[name=version]")) field.value = version;
  });
}

function mark(within) {
  const form = one("[data-properties]", within === document ? document : within.ownerDocument);
  if (!form) return;
  let changed = 0;
  for (const row of all(".prop", form)) {
    const differs = all("select, .input, input[type=checkbox], textarea", row).some(isChanged);
    row.classList.toggle("changed", differs);
    changed += differs;
  }
  const save = one("[data-save-row]", form);
  if (save) save.hidden = changed === 0 && one(".wrong", form) === null;
}

function ask(chosen) {
  for (const fields of all("[data-asks-for]", chosen.form)) {
    const wanted = fields.dataset.asksFor === chosen.value && chosen.value !== "";
    fields.hidden = !wanted;
    fields.disabled = !wanted;
  }
}

// A priority other than the matrix gives needs a reason.
function askWhy(chosen) {
  const why = chosen && one("[data-why-priority]", chosen.form);
  if (why) why.hidden = chosen.value === "0";
}

function isChanged(field) {
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field instanceof HTMLSelectElement) {
    const usual = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
    return usual !== undefined && field.value !== usual.value;
  }
  return field.value !== field.defaultValue;
}
