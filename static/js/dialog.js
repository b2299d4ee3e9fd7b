// The one dialog of a page: open while an answer has put something into it, closed when there is nothing in it.

const dialog = document.getElementById("dialog");

function follow() {
  const isFilled = dialog.textContent.trim() !== "";
  if (isFilled && !dialog.open) dialog.showModal();
  if (!isFilled && dialog.open) dialog.close();
}

new MutationObserver(follow).observe(dialog, { childList: true });
// Escape and the back button close it too; what it said is not true for ever.
dialog.addEventListener("close", () => dialog.replaceChildren());
dialog.addEventListener("click", (event) => {
  const isBeside = event.target === dialog;
  const closer = event.target.closest("[data-closes]");
  if (closer) event.preventDefault();
  if (closer || isBeside) dialog.close();
});
