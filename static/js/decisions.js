// Keeps the page of decisions up to date. What it shows differs by person, so the stream only brings the marks of the
// lists: when one is another, they are read again. Never under the pointer or the keyboard's focus: a row that goes
// would put another one's buttons in its place.

const TICK_EVERY = 10_000;

const ear = document.getElementById("decisions-again");
const list = () => document.getElementById("decisions");

function isBusy() {
  const isPointed = matchMedia("(hover: hover)").matches && document.querySelector(".decision-list:hover");
  return Boolean(isPointed || document.querySelector(".decision-list :focus-visible"));
}

function look() {
  const isNew = ear.textContent !== list().dataset.mark || list().querySelector("[data-decided]");
  if (isNew && !isBusy()) htmx.trigger(ear, "news");
}

function lookSoon() {
  setTimeout(look);
}

// ---- late answers

// How many decisions were begun or ended here, and how many when the list was asked for.
let decided = 0;
let asked = 0;

function countDecision({ target }) {
  if (target.closest?.(".decision-list")) decided += 1;
}

// An answer may have been written before somebody decided, or find the pointer on the list by now.
function leaveLateOut(event) {
  if (asked === decided && !isBusy()) return;
  event.preventDefault();
  lookSoon();
}

// ---- time

function ago(seconds) {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} d`;
}

function tick() {
  for (const time of document.querySelectorAll(".decision-head time")) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(time.dataset.since)) / 1000));
    if (time.textContent !== ago(seconds)) time.textContent = ago(seconds);
    time.toggleAttribute("data-soon", seconds >= 300 && seconds < 900);
    time.toggleAttribute("data-late", seconds >= 900);
  }
  look();
}

// The numbers come all together; zero first, then the new ones.
new MutationObserver(lookSoon).observe(ear, { childList: true, characterData: true, subtree: true });
// Not when all of it is over: by then the form has left the page, and nobody hears what happens to it.
for (const name of ["htmx:before:request", "htmx:after:request", "htmx:error"]) document.addEventListener(name, countDecision);
ear.addEventListener("htmx:before:request", () => { asked = decided; });
ear.addEventListener("htmx:before:swap", leaveLateOut);
for (const name of ["pointerover", "focusout"]) document.addEventListener(name, lookSoon);
document.documentElement.addEventListener("pointerleave", lookSoon);
setInterval(tick, TICK_EVERY);
