// What the public pages do beyond plain pages: all of them are whole without it.
// The errors of a form are read out first, and each of their links goes to its field.
document.querySelector("[data-focus]")?.focus();

// A button that was pressed twice sends once; the server would make one of both all the same.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000);
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
