// "10:42 AM there" goes on while nobody writes.

const TICK_EVERY = 10_000;

const clocks = new Map();

function clockOf(zone) {
  if (!clocks.has(zone)) {
    clocks.set(zone, new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit", timeZone: zone }));
  }
  return clocks.get(zone);
}

function tick() {
  for (const element of document.querySelectorAll("[data-zone]")) {
    try {
      const words = `${clockOf(element.dataset.zone).format().replace("\u202f", " ")} there`;
      if (element.textContent !== words) element.textContent = words;
    } catch {
      // A zone that this browser does not know keeps the server's words.
    }
  }
}

setInterval(tick, TICK_EVERY);
