// Which rows of a list have something begun on them.
import { all, one, onContent } from "./dom.js";

export function startMarks() {
  const table = one("[data-drafts]");
  if (!table) return;
  let numbers = [];
  const mark = () => {
    for (const row of all("[data-drafts] tr[data-number]")) {
      if (!numbers.includes(row.dataset.number) || one(".draft-mark", row)) continue;
      const pill = document.createElement("span");
      pill.className = "pill line draft-mark";
      pill.textContent = table.dataset.draftWord;
      one(".subject", row)?.append(pill);
    }
  };
  fetch(table.dataset.drafts, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : { numbers }))
    .then((found) => {
      numbers = found.numbers;
      if (numbers.length > 0) onContent(mark);
    })
    .catch(() => {});
}
