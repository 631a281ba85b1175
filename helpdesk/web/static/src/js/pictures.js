// Shows an attached picture over the page instead of leaving it.
import { on, one } from "./dom.js";

export function startPictures() {
  on("click", "a[data-picture]", (event, link) => {
    const dialog = one("#picture");
    if (!dialog || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const picture = new Image();
    picture.src = link.dataset.picture;
    picture.alt = link.dataset.name;
    one("[data-picture-place]", dialog).replaceChildren(picture);
    one("[data-picture-name]", dialog).textContent = link.dataset.name;
    dialog.showModal();
  });
  on("click", "dialog", (event, dialog) => {
    if (event.target === dialog) dialog.close();
  });
}
