// The desk without a mouse. Single letters count only outside of fields and can be switched off; Ctrl, Alt and Meta stay
// the browser's, but for the two chords that the cheat sheet names.

import { altDigit, isComposing, isInField, isMac, isPlain, isSearchChord } from "./keys.js";

const YEAR = 365 * 24 * 60 * 60;

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

function leave(event) {
  if (isInField(event)) event.target.blur();
}

// ---- single letters, for who speaks to the machine or brushes keys (WCAG 2.1.4)

const switchOf = () => document.getElementById("letters-switch");
const nameOfSwitch = () => `no-letters-${document.body.dataset.person}`;
const areLettersOn = () => !document.cookie.split("; ").includes(`${nameOfSwitch()}=1`);

// A cookie: signing out clears all else that a browser keeps for us.
function switchLetters(isOn) {
  document.cookie = `${nameOfSwitch()}=1; path=/; samesite=lax; max-age=${isOn ? 0 : YEAR}`;
  showSwitch();
}

function showSwitch() {
  document.body.toggleAttribute("data-no-letters", !areLettersOn());
  if (switchOf()) switchOf().checked = areLettersOn();
}

const LETTERS = {
  j: () => step(1),
  k: () => step(-1),
  r: focusReply,
  "?": () => document.getElementById("cheat-sheet")?.showModal(),
};

function findChord(event) {
  if (isSearchChord(event)) return () => document.getElementById("search")?.select();
  const digit = altDigit(event);
  const button = digit && document.querySelector(`#disposition-form [data-alt="${digit}"]`);
  return button ? () => button.click() : null;
}

function findLetter(event) {
  if (!isPlain(event) || document.querySelector("dialog[open]")) return null;
  const inQueue = event.target.closest?.("#queue-list");
  if (inQueue && event.key === "ArrowDown") return LETTERS.j;
  if (inQueue && event.key === "ArrowUp") return LETTERS.k;
  const letter = event.key.toLowerCase();
  return Object.hasOwn(LETTERS, letter) && areLettersOn() ? LETTERS[letter] : null;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || isComposing(event) || event.repeat && event.altKey) return;
  if (event.key === "Escape") return leave(event);
  const act = findChord(event) ?? findLetter(event);
  if (!act) return;
  event.preventDefault();
  act();
});
document.addEventListener("change", (event) => event.target === switchOf() && switchLetters(event.target.checked));

for (const key of document.querySelectorAll("[data-on-mac]")) if (isMac()) key.textContent = key.dataset.onMac;
showSwitch();
