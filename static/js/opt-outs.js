// Keeps the page of opt-outs up to date. The stream only says that there is news; what there is, the page asks for
// itself, every two seconds at most. Never while something is ticked or typed, which would be lost, and never under the
// pointer: a row that goes would put another one's box in its place.

const LOOK_EVERY = 2_000;

const ear = document.getElementById("look-again");
const list = () => document.getElementById("opt-outs");
let timer = 0;

function isTouched() {
  return [...list().querySelectorAll(".opt-out-group input")].some(
    (input) => input.checked !== input.defaultChecked || input.value !== input.defaultValue,
  );
}

function isPointed() {
  return matchMedia("(hover: hover)").matches && Boolean(document.querySelector(".opt-out-group:hover"));
}

function look() {
  timer = 0;
  const isKept = isTouched();
  document.getElementById("opt-outs-news").hidden = !isKept;
  if (isKept || isPointed()) lookSoon();
  else htmx.trigger(ear, "news");
}

function lookSoon() {
  if (!timer) timer = setTimeout(look, LOOK_EVERY);
}

// What was touched while the answer was on its way is kept, too.
ear.addEventListener("htmx:before:swap", (event) => {
  if (!isTouched()) return;
  event.preventDefault();
  lookSoon();
});
new MutationObserver(lookSoon).observe(ear, { childList: true });
