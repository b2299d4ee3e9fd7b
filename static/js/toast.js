// Errors that have no place in the page, in words, for a few seconds.

const STAYS = 7_000;

const toast = document.getElementById("toast");

function wordsFor({ status, headers }, element) {
  const words = toast.dataset;
  if (status === 403 && headers?.get("Refusal") === "old-page") {
    // What is typed into a reply is kept in this tab, what is typed elsewhere is not.
    return element?.matches?.("form[data-composer]") ? words.wordsOldKept : words.wordsOld;
  }
  if (status === 403) return words.wordsRefused;
  if (status === 404) return words.wordsGone;
  return words.wordsFailed;
}

function say(text) {
  const line = document.createElement("p");
  line.textContent = text;
  toast.replaceChildren(line);
}

document.addEventListener("htmx:response:error", (event) => {
  const { response, sourceElement } = event.detail.ctx;
  const { status } = response;
  // A refusal comes with its reason, and says it itself.
  if (status !== 401 && status !== 409 && status !== 422) say(wordsFor(response, sourceElement));
});

document.addEventListener("htmx:error", (event) => {
  // Overtaken by a newer request; nobody needs to know.
  if (event.detail.error?.name === "AbortError" && !isTimedOut(event.detail.ctx)) return;
  say(toast.dataset.wordsOffline);
});

function isTimedOut(ctx) {
  return ctx?.requestTimeout !== undefined && ctx.sourceElement?.matches?.("form");
}

// Whatever put the words there, they leave again.
new MutationObserver(() => {
  for (const line of toast.children) setTimeout(() => line.remove(), STAYS);
}).observe(toast, { childList: true });
for (const line of toast.children) setTimeout(() => line.remove(), STAYS);
