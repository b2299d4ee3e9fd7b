// Keeps the page up to date: holds the stream that #live names, says in #connection how that goes, and asks every ten
// seconds where no stream can be held. The hx-sse extension of htmx reads the stream and puts its parts into the page.

const STREAMS_PER_BROWSER = 4; // A browser opens six connections to one host, for all its tabs together.
const FAILURES_UNTIL_POLLING = 3;
const POLL_EVERY = 10_000;
const ASK_FOR_SLOT_EVERY = 2_000;
const ASK_FOR_PLACE_EVERY = 45_000; // A process of the server holds so many streams and no more.
const LONGEST_BACKOFF = 10_000;
const LONGEST_OPENING = 8_000; // The server answers at once; a proxy that collects answers does not.
const LONGEST_SILENCE = 40_000; // The server says something every 15 seconds.
const LONGEST_REREAD_DELAY = 3_000;
const BRIEF = 1_500; // From page to page the stream is opened anew; so short a gap is not worth words.
const YOUNG = 5_000; // A page that was read so recently is not read again at once.

let line = null; // The stream this page holds or waits to open again: { url, element, isOpen, heardAt, … }.
let position = null; // The id of the last change that every part of this page knows of.
let pageUrl = ""; // The stream's address as the page last named it.
let failures = 0;
let isNotifier = false;
let isOver = false;
let releaseSlot = null;
let isAskingForSlot = false;
let slotTimer = null;
let pollTimer = null;
let rereadTimer = null;
let wordsTimer = null;

// ---- what the page wants, and what this tab may hold

function refresh() {
  const live = document.getElementById("live");
  if (!live || isOver || (document.hidden && !isNotifier)) return rest();
  readPage(live.dataset.liveUrl);
  if (line?.url === streamUrl().href) return;
  close();
  if (releaseSlot || !navigator.locks) open();
  else askForSlot();
}

function rest() {
  close();
  stopPolling();
  releaseSlot?.();
  releaseSlot = null;
}

// A part of the page that came later knows more than the rest does: go on from what every part knows.
function readPage(url) {
  if (url === pageUrl) return;
  pageUrl = url;
  const after = new URL(url, location.href).searchParams.get("after");
  if (after !== null) position = position === null ? Number(after) : Math.min(position, Number(after));
}

function streamUrl() {
  const url = new URL(pageUrl, location.href);
  url.searchParams.delete("after");
  return url;
}

function withPosition(url) {
  if (position !== null) url.searchParams.set("after", position);
  return url.pathname + url.search;
}

// The tabs of a browser share a few places for streams, so that connections are left for everything else.
async function askForSlot() {
  if (isAskingForSlot) return;
  isAskingForSlot = true;
  for (let number = 1; number <= STREAMS_PER_BROWSER && !releaseSlot; number++) {
    releaseSlot = await tryLock(`live-${number}`);
  }
  isAskingForSlot = false;
  if (releaseSlot) return refresh();
  startPolling();
  clearTimeout(slotTimer);
  slotTimer = setTimeout(refresh, ASK_FOR_SLOT_EVERY);
}

function tryLock(name) {
  return new Promise((resolve) => {
    const hold = (lock) => lock && new Promise((release) => resolve(release));
    navigator.locks.request(name, { ifAvailable: true }, hold).then(() => resolve(null), () => resolve(null));
  });
}

// ---- the stream

function open() {
  const url = streamUrl();
  const element = document.createElement("div");
  line = { url: url.href, element, isOpen: false, heardAt: Date.now() };
  element.hidden = true;
  element.setAttribute("hx-sse:connect", withPosition(url));
  // An error page is not news: only the parts of a message go into the page, each to its own target.
  element.setAttribute("hx-swap", "none");
  element.setAttribute("hx-config", `sse.pauseOnBackground:false sse.reconnectMaxDelay:${LONGEST_BACKOFF}`);
  listen(line);
  // Beside the page: what a navigation replaces must not end the stream, nor lend it its own values.
  document.body.append(element);
  showSoon("connecting");
  htmx.process(element);
}

function listen(own) {
  const on = (name, act) => own.element.addEventListener(name, (event) => own === line && act(event.detail, event));
  on("htmx:before:request", ({ ctx }) => { own.request = ctx.request; });
  on("htmx:after:request", ({ ctx }, event) => {
    event.preventDefault(); // It was no stream: nothing in it is for the page.
    if (isRefused(ctx.response.status)) leave();
    else if (isFull(ctx.response.status)) goWithout();
    else fail();
  });
  on("htmx:error", () => fail());
  on("htmx:before:sse:connection", ({ connection }) => {
    own.connection = connection;
    if (own.isOpen) showSoon("connecting");
  });
  on("htmx:sse:error", ({ status }) => (isRefused(status) ? leave() : isFull(status) ? goWithout() : count()));
  on("htmx:before:sse:message", () => { own.heardAt = Date.now(); });
  on("htmx:after:sse:message", ({ message }) => {
    if (message.id && message.event !== "reread") position = Number(message.id);
    if (message.event !== "trouble") hear(own);
  });
  on("trouble", () => show("lost"));
  on("reread", () => reread());
  on("gone", () => leave());
  // We say ourselves that the line is down; nobody clicked anything that failed.
  for (const name of ["htmx:error", "htmx:sse:error"]) own.element.addEventListener(name, (event) => event.stopPropagation());
}

function hear(own) {
  own.isOpen = true;
  failures = 0;
  stopPolling();
  show("live");
}

function close() {
  const old = line;
  line = null;
  if (!old) return;
  clearTimeout(old.retryTimer);
  if (old.request && !old.connection) {
    // Still being opened: its element stays to catch the event of the abort.
    old.element.addEventListener("htmx:finally:request", () => old.element.remove());
    old.request.abort();
    return;
  }
  // Removed first: the extension's loop ends when it wakes and finds its element gone.
  old.element.remove();
  old.connection?.delayCanceller?.();
  old.connection?.abortController?.abort();
  old.connection?.reader?.cancel().catch(() => {});
}

// After the first success the extension comes back by itself; before it, and when it hangs, we do.
function fail() {
  const { url } = line;
  close();
  count();
  const backoff = Math.min(LONGEST_BACKOFF, 500 * 2 ** failures) * (0.7 + 0.6 * Math.random());
  line = { url, element: document.createElement("div"), heardAt: Date.now() };
  line.retryTimer = setTimeout(retry, backoff);
}

// No place for another stream: nothing is wrong. This page asks instead, and for a place again after a while.
function goWithout() {
  const { url } = line;
  close();
  failures = 0;
  line = { url, element: document.createElement("div"), heardAt: Date.now() };
  line.retryTimer = setTimeout(retry, ASK_FOR_PLACE_EVERY * (0.7 + 0.6 * Math.random()));
  startPolling();
  show("polling");
}

function retry() {
  if (!line?.retryTimer) return;
  close();
  refresh();
}

function count() {
  failures += 1;
  show("lost");
  if (failures >= FAILURES_UNTIL_POLLING) startPolling();
}

function watch() {
  if (!line || line.retryTimer) return;
  const silence = Date.now() - line.heardAt;
  if (!line.isOpen && silence > LONGEST_OPENING) failures = FAILURES_UNTIL_POLLING;
  if (silence > (line.isOpen ? LONGEST_SILENCE : LONGEST_OPENING)) fail();
}

// ---- asking instead

function startPolling() {
  if (pollTimer !== null || document.hidden) return;
  pollTimer = setInterval(poll, POLL_EVERY);
  poll();
}

function stopPolling() {
  clearInterval(pollTimer);
  pollTimer = null;
}

async function poll() {
  const asked = pageUrl;
  const url = streamUrl();
  url.pathname = document.getElementById("live").dataset.pollPath;
  const response = await fetch(withPosition(url), { cache: "no-store" }).catch(() => null);
  const text = response?.status === 200 ? await response.text().catch(() => null) : "";
  // A stream came meanwhile, or another list: this answer is not for it.
  if (pollTimer === null || asked !== pageUrl) return;
  if (isRefused(response?.status)) return leave();
  if (response?.status === 205) return reread();
  if (!response?.ok || text === null) return show("lost");
  if (text) await swap({ target: document.body, swap: "none", text });
  position = Number(response.headers.get("Live-Position"));
  show("polling");
}

// ---- when the stream cannot help any more

// At a time of its own: after a restart every page may be told so at once.
function reread() {
  const isYoung = performance.now() < YOUNG;
  clearTimeout(rereadTimer);
  rereadTimer = setTimeout(
    () => (isYoung || hasUnsentText() ? rereadParts() : location.reload()),
    LONGEST_REREAD_DELAY * Math.random(),
  );
}

function hasUnsentText() {
  return [...document.querySelectorAll("textarea, input[type=text], input[type=search]")].some(
    (field) => field.value !== field.defaultValue,
  );
}

// As a reload, but what somebody has typed stays.
async function rereadParts() {
  const response = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  if (!response || response.status >= 500) return reread();
  if (!response.ok || response.redirected) return leave();
  const text = await response.text();
  const read = new DOMParser().parseFromString(text, "text/html").getElementById("live");
  const live = document.getElementById("live");
  if (!read || !live) return;
  for (const id of ["queue", "thread", "lead", "board", "campaign"]) {
    const target = document.getElementById(id);
    if (target) await swap({ target, select: `#${id}`, swap: "outerMorph", text });
  }
  live.dataset.liveUrl = read.dataset.liveUrl;
  close();
  position = null;
  pageUrl = "";
  refresh();
}

function swap(task) {
  return htmx.swap({ sourceElement: document.body, ...task });
}

// Signed out, or not allowed any more: the server knows which page belongs here now.
function leave() {
  isOver = true;
  rest();
  document.dispatchEvent(new Event("session:over"));
  setTimeout(() => location.reload(), Math.max(0, YOUNG - performance.now()));
}

function isRefused(status) {
  return status === 401;
}

function isFull(status) {
  return status === 429;
}

// ---- words

function show(state) {
  clearTimeout(wordsTimer);
  wordsTimer = null;
  const connection = document.getElementById("connection");
  if (!connection || connection.dataset.state === state) return;
  connection.dataset.state = state;
  connection.querySelector("span").textContent = connection.dataset[state];
}

function showSoon(state) {
  wordsTimer ??= setTimeout(() => show(state), BRIEF);
}

// ---- beginnings

// Once all modules of the page are there: theirs put in place what the stream brings.
function begin() {
  document.addEventListener("htmx:after:swap", refresh);
  document.addEventListener("visibilitychange", refresh);
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", (event) => event.persisted && refresh());
  window.addEventListener("online", retry);
  setInterval(watch, 5_000);
  // One tab of the browser goes on listening while it is hidden: the one that may call somebody back.
  navigator.locks?.request("notifier", () => {
    isNotifier = true;
    refresh();
    return new Promise(() => {});
  });
  refresh();
}

if (document.readyState === "complete") begin();
else document.addEventListener("DOMContentLoaded", begin);
