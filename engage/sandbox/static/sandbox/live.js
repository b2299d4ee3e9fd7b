// Re-reads the page every two seconds and replaces the parts that changed. Without it, everything still works by reloading.
const EVERY_MS = 2000;

function isInUse(part) {
  const isWrittenIn = [...part.querySelectorAll("input")].some((input) => input.value !== input.defaultValue);
  return isWrittenIn || part.contains(document.activeElement) || ("still" in part.dataset && part.matches(":hover"));
}

function keepOpen(part, other) {
  for (const details of part.querySelectorAll("details[id][open]")) {
    const same = other.querySelector(`#${details.id}`);
    if (same) same.open = true;
  }
}

async function refresh() {
  if (document.hidden) return;
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(part.id);
    if (!other || isInUse(part)) continue;
    keepOpen(part, other);
    if (!part.isEqualNode(other)) part.replaceWith(document.adoptNode(other));
  }
}

if (document.querySelector("[data-live]")) {
  setInterval(() => refresh().catch(() => {}), EVERY_MS);
}
