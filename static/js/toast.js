// Errors that have no place in the page, in words, for a few seconds.

import { findPlaceLeft, findRefusal } from "./outcomes.js";

const STAYS = 7_000;
// What is about another conversation has a way back, which somebody must find the time to take.
const STAYS_WITH_WAY_BACK = 30_000;

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

function sayOf(place, text) {
  const [line, name, link] = ["p", "bdi", "a"].map((tag) => document.createElement(tag));
  name.textContent = place.name;
  link.textContent = "Open";
  link.href = place.href;
  line.dataset.about = place.conversation;
  line.append(name, `: ${text} `, link);
  toast.append(line);
}

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  const { response, sourceElement } = ctx;
  const { status } = response;
  const place = findPlaceLeft(ctx);
  if (place && status !== 401) return sayOf(place, findRefusal(ctx) || wordsFor(response, sourceElement));
  // A refusal comes with its reason, and says it itself.
  if (status !== 401 && status !== 409 && status !== 422) say(wordsFor(response, sourceElement));
});

document.addEventListener("htmx:error", (event) => {
  // Overtaken by a newer request; nobody needs to know.
  if (event.detail.error?.name === "AbortError" && !isTimedOut(event.detail.ctx)) return;
  const place = findPlaceLeft(event.detail.ctx);
  if (place) sayOf(place, toast.dataset.wordsOffline);
  else say(toast.dataset.wordsOffline);
});

function isTimedOut(ctx) {
  return ctx?.requestTimeout !== undefined && ctx.sourceElement?.matches?.("form");
}

// Whatever put the words there, they leave again.
function letGo(lines) {
  for (const line of lines) setTimeout(() => line.remove(), line.dataset?.about ? STAYS_WITH_WAY_BACK : STAYS);
}

new MutationObserver((changes) => letGo(changes.flatMap(({ addedNodes }) => [...addedNodes]))).observe(toast, {
  childList: true,
});
letGo([...toast.children]);
