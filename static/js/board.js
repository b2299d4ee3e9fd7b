// Takes in what the board is told live: rows change in their place, new ones come last, and those that a filter shows no
// longer fade and go once nobody points at them. The order is made anew when the board is read again.

const ROW = ".board-row";

let api = null;

const isGone = (row) => row.dataset.gone !== undefined;
const isPointed = (row) => row.matches(":hover, :focus-within");

function place(list, fragment) {
  const touched = [];
  for (const row of [...fragment.children]) {
    const present = document.getElementById(row.id);
    if (isGone(row)) leave(present);
    else touched.push(present ? update(present, row) : add(list, row));
  }
  return touched;
}

function update(present, row) {
  const fragment = document.createDocumentFragment();
  fragment.append(row);
  api.morph(present, fragment, false);
  return present;
}

function add(list, row) {
  list.append(row);
  return row;
}

function leave(row) {
  if (!row) return;
  if (isPointed(row)) row.dataset.left = "";
  else row.remove();
}

function tidy() {
  for (const row of document.querySelectorAll(`${ROW}[data-left]`)) if (!isPointed(row)) row.remove();
}

htmx.registerExtension("board", {
  init: (internal) => { api = internal; },
  handle_swap: (style, target, fragment) => style === "place" && place(target, fragment),
});
for (const name of ["pointerover", "focusout"]) document.addEventListener(name, () => setTimeout(tidy));
