// Says in the bar that a decision waits too long: the stream tells since when the oldest one does, time does the rest.

const LATE = 15 * 60;
const TICK_EVERY = 10_000;

function tick() {
  const link = document.getElementById("decisions-link");
  const oldest = Number(link?.querySelector("[data-count$='-oldest']").textContent);
  link?.toggleAttribute("data-alarm", oldest > 0 && Date.now() / 1000 - oldest >= LATE);
}

document.addEventListener("htmx:after:swap", tick);
setInterval(tick, TICK_EVERY);
