// The desk without a mouse. Single letters count only outside of fields; Ctrl, Alt and Meta stay the browser's,
// but for the two chords that the cheat sheet names.

const isField = (element) => element.matches?.("input, textarea, select, [contenteditable]");
const rowLinks = () => [...document.querySelectorAll("#queue-list .row-link")];

function step(by) {
  const links = rowLinks();
  if (!links.length) return;
  let at = links.indexOf(document.activeElement);
  if (at < 0) {
    at = links.findIndex((link) => link.closest("[aria-current]"));
    // Nothing was looked at yet: the first step goes to the first row.
    if (at < 0) at = by > 0 ? -1 : 0;
  }
  const link = links[Math.min(links.length - 1, Math.max(0, at + by))];
  link.focus({ focusVisible: true });
  link.scrollIntoView({ block: "nearest" });
}

function focusReply() {
  const field = document.getElementById("reply-text");
  field?.focus();
  return Boolean(field);
}

function leave(element) {
  if (isField(element)) element.blur();
}

const LETTERS = {
  j: () => step(1),
  k: () => step(-1),
  r: focusReply,
  "?": () => document.getElementById("cheat-sheet")?.showModal(),
};

function findChord(event) {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    return () => document.getElementById("search")?.select();
  }
  const digit = event.altKey && !event.ctrlKey && !event.metaKey && /^Digit([1-9])$/.exec(event.code);
  const button = digit && document.querySelector(`#disposition-form [data-alt="${digit[1]}"]`);
  return button ? () => button.click() : null;
}

function findLetter(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || isField(event.target)) return null;
  if (document.querySelector("dialog[open]")) return null;
  const inQueue = event.target.closest?.("#queue-list");
  if (inQueue && event.key === "ArrowDown") return LETTERS.j;
  if (inQueue && event.key === "ArrowUp") return LETTERS.k;
  return Object.hasOwn(LETTERS, event.key.toLowerCase()) ? LETTERS[event.key.toLowerCase()] : null;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat && event.altKey) return;
  if (event.key === "Escape") return leave(event.target);
  const act = findChord(event) ?? findLetter(event);
  if (!act) return;
  event.preventDefault();
  act();
});
