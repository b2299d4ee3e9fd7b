// Keeps the queue in order while people work in it. Rows arrive in parts with the swap style `place`. Nothing moves
// under the pointer or the keyboard's focus: what would move waits behind "3 new".

const ROW = "li[id^='conversation-']";
const FEW_ROWS = 5;
const ANNOUNCE_EVERY = 3_000;
const TICK_EVERY = 10_000;
const SOON = 5 * 60;
const LATE = 15 * 60;

let api = null;
const held = new Map(); // Rows that wait until they may move, by id.
const heard = new Map(); // Which text of the lead was heard last in every row we saw, by id; dates may be any.
const callers = []; // Who wrote since the last announcement.
let announceTimer = null;

const findList = () => document.getElementById("queue-list");
const rowsOf = (list) => [...list.querySelectorAll(ROW)];
const openId = () => `conversation-${document.getElementById("thread")?.dataset.conversation}`;
const isGone = (row) => row.dataset.gone !== undefined;

// ---- placing

function place(list, fragment) {
  const touched = [];
  for (const row of [...fragment.querySelectorAll(ROW)]) {
    complete(list, row);
    listenTo(row);
    held.delete(row.id);
    const present = find(list, row);
    if (isBusy() && !isStill(list, present, row)) touched.push(...hold(present, row));
    else touched.push(...settle(list, present, row));
  }
  tidy(list);
  return touched;
}

// A row is written once for all pages; its links go on from the list of this one.
function complete(list, row) {
  for (const link of row.querySelectorAll("a[href]")) {
    const href = link.getAttribute("href");
    if (!href.includes("?")) link.setAttribute("href", href + (list.dataset.query ?? ""));
  }
}

// Whether nothing moves when this row is taken over as it is now.
function isStill(list, present, row) {
  if (isGone(row)) return !present;
  if (isBeyond(list, present, row)) return !present;
  return Boolean(present) && rowAfter(present) === findNext(list, row);
}

// Fresh words in the old place: what decides the place stays as it was.
function hold(present, row) {
  held.set(row.id, row.cloneNode(true));
  if (!present) return [];
  if (isGone(row)) {
    present.dataset.left = "";
    return [];
  }
  row.dataset.waiting = present.dataset.waiting;
  row.dataset.newest = present.dataset.newest;
  row.dataset.near = nearnessOf(present);
  return [update(present, row)];
}

// Takes a row over: new, changed or gone. Returns what htmx has not seen yet.
function settle(list, present, row) {
  if (isGone(row)) {
    if (present) present.dataset.left = "";
    return [];
  }
  if (isBeyond(list, present, row)) {
    present?.remove();
    return [];
  }
  const next = findNext(list, row);
  const element = present ? update(present, row) : row;
  if (!present || rowAfter(present) !== next) move(list, element, next);
  return [element];
}

function update(present, row) {
  const fragment = document.createDocumentFragment();
  fragment.append(row);
  api.morph(present, fragment, false);
  return present;
}

function move(list, row, next) {
  const focused = row.contains(document.activeElement) ? document.activeElement : null;
  if (next) next.before(row);
  else list.append(row);
  focused?.focus({ preventScroll: true });
}

// ---- order

// Negative when the first comes before the second. The same order as the server's.
function compare(one, other, order) {
  const near = nearnessOf(one) - nearnessOf(other);
  if (near) return near;
  const waits = order === "newest" ? 0 : waitingSince(one) - waitingSince(other);
  return waits || Number(other.dataset.newest) - Number(one.dataset.newest) || numberOf(other) - numberOf(one);
}

// Who does not wait comes behind everybody who does; a number, because infinities have no difference.
const waitingSince = (row) => Number(row.dataset.waiting || Number.MAX_SAFE_INTEGER);

// Of what was searched for: who is called so to the letter comes first.
const nearnessOf = (row) => Number(row.dataset.near ?? 0);

const numberOf = (row) => Number(row.id.slice("conversation-".length));

const find = (list, row) => list.querySelector(`#${CSS.escape(row.id)}`);

function findNext(list, row) {
  return rowsOf(list).find((other) => other.id !== row.id && compare(row, other, list.dataset.order) < 0) ?? null;
}

function rowAfter(row) {
  let next = row.nextElementSibling;
  while (next && !next.matches(ROW)) next = next.nextElementSibling;
  return next;
}

// Whether its place is further down than the rows that are loaded.
function isBeyond(list, present, row) {
  if (list.dataset.more === undefined || row.id === openId() || findNext(list, row)) return false;
  return !present || compare(present, row, list.dataset.order) < 0;
}

// ---- stillness

function isBusy() {
  // A finger leaves a hover behind; only what can hover is resting there.
  const isPointed = matchMedia("(hover: hover)").matches && document.querySelector("#queue:hover");
  return Boolean(isPointed || document.querySelector("#queue-list :focus-visible"));
}

function release(list) {
  const rows = [...held.values()];
  held.clear();
  for (const row of rows) for (const element of settle(list, find(list, row), row)) htmx.process(element);
  tidy(list, true);
}

function releaseWhenFree() {
  const list = findList();
  const isWaiting = held.size || list?.querySelector(`${ROW}[data-left]:not([aria-current])`);
  if (list && isWaiting && !isBusy()) release(list);
}

// After every change: who left goes, but not from under the pointer nor the eyes of whoever reads the conversation.
function tidy(list, mayMove = !isBusy()) {
  const open = openId();
  for (const row of rowsOf(list)) {
    if (row.id === open) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
    if (mayMove && row.dataset.left !== undefined && row.id !== open) row.remove();
  }
  showHeld(list);
  if (list.dataset.more !== undefined && list.querySelectorAll(ROW).length < FEW_ROWS) loadMore();
}

function showHeld(list) {
  const button = document.getElementById("queue-held");
  if (!button) return;
  const fresh = [...held.values()].filter((row) => !isGone(row) && !find(list, row)).length;
  button.hidden = held.size === 0;
  button.textContent = fresh ? `${fresh} new` : `${held.size} changed`;
}

function loadMore() {
  document.querySelector("#queue .queue-more")?.click();
}

// ---- announcing

function listenTo(row) {
  if (isGone(row)) return;
  const last = Number(row.dataset.heard);
  const before = heard.get(row.id) ?? Math.max(0, ...heard.values());
  heard.set(row.id, last);
  if (row.dataset.waiting && last > before) call(row.querySelector(".row-name")?.textContent.trim());
}

function call(name) {
  if (name && !callers.includes(name)) callers.push(name);
  if (!announceTimer) announce();
}

function announce() {
  announceTimer = null;
  const names = callers.splice(0);
  const announcer = document.getElementById("announcer");
  if (!names.length || !announcer) return;
  const others = names.length > 1 ? ` and ${names.length - 1} more` : "";
  const words = `New message from ${names[0]}${others}`;
  // The same words twice would not be read out a second time.
  announcer.textContent = announcer.textContent === words ? `${words}.` : words;
  announceTimer = setTimeout(announce, ANNOUNCE_EVERY);
}

function remember() {
  for (const row of document.querySelectorAll(`#queue-list ${ROW}`)) heard.set(row.id, Number(row.dataset.heard));
}

// ---- time

function ago(seconds) {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} d`;
}

function tick() {
  for (const time of document.querySelectorAll("time[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(time.dataset.since)) / 1000));
    if (time.textContent !== ago(seconds)) time.textContent = ago(seconds);
    // Only somebody who waits can be kept waiting too long.
    const waits = Boolean(time.closest("[data-waiting]")?.dataset.waiting);
    time.toggleAttribute("data-late", waits && seconds >= LATE);
    time.toggleAttribute("data-soon", waits && seconds >= SOON && seconds < LATE);
  }
  releaseWhenFree();
}

// ---- beginnings

htmx.registerExtension("queue", {
  init: (internal) => { api = internal; },
  handle_swap: (style, target, fragment) => style === "place" && place(target, fragment),
});

document.addEventListener("htmx:after:settle", (event) => {
  const list = findList();
  // The list itself was read anew: nothing that was held back is newer than that.
  if (list && event.target !== list && event.target.contains?.(list)) {
    held.clear();
    remember();
  }
});
document.addEventListener("htmx:after:swap", () => {
  const list = findList();
  if (list) tidy(list);
});
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("#queue-held")) return;
  release(findList());
  // Pressed on the keyboard, the button takes the focus with it when it goes.
  if (event.detail === 0) findList().querySelector("a")?.focus();
});
for (const name of ["pointerover", "focusout"]) document.addEventListener(name, () => setTimeout(releaseWhenFree));
document.documentElement.addEventListener("pointerleave", () => setTimeout(releaseWhenFree));
setInterval(tick, TICK_EVERY);
remember();
