// The template editor: merge fields at the caret, plain characters for dear ones, back to Engage's text, and a word
// before somebody leaves with what is not proposed yet. What is to be said of a text, the server says.

import { safeSwap } from "./segments.js";

const form = document.querySelector("[data-editor]");
const FIELD = /(\{\{[^{}]*\}\})/;

let isLeaving = false;

const texts = () => form.querySelectorAll("textarea[data-current]");
const textOf = (element) => element.closest("[data-template]").querySelector("textarea");
const isChanged = (text) => text.value.trim() !== text.dataset.current.replaceAll("\r\n", "\n").trim();

function write(text, value, caret) {
  text.focus();
  text.value = value;
  text.setSelectionRange(caret, caret);
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

function insert(text, name) {
  const [start, end] = [text.selectionStart, text.selectionEnd];
  const field = `{{${name}}}`;
  write(text, text.value.slice(0, start) + field + text.value.slice(end), start + field.length);
}

// The name of a merge field is never touched.
function swap(text) {
  const parts = text.value.split(FIELD);
  const plain = parts.map((part, place) => (place % 2 ? part : safeSwap(part))).join("");
  write(text, plain, plain.length);
}

function describe() {
  for (const text of texts()) {
    const reset = text.closest("[data-template]").querySelector("[data-resets]");
    reset.hidden = !isChanged(text);
  }
}

if (form) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.inserts) insert(textOf(button), button.dataset.inserts);
    if ("resets" in button.dataset) write(textOf(button), textOf(button).dataset.current, 0);
    if ("swaps" in button.dataset) {
      event.preventDefault();
      swap(textOf(button));
    }
  });
  form.addEventListener("input", describe);
  form.addEventListener("submit", () => { isLeaving = true; });
  // Nothing is lost then: what was typed is kept for whoever signs in again.
  document.addEventListener("session:over", () => { isLeaving = true; });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (ctx.response?.status === 401) isLeaving = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && [...texts()].some(isChanged)) event.preventDefault();
  });
  // Coming back by the browser's own button, the fields hold what was typed and the words beside them do not.
  window.addEventListener("pageshow", () => {
    isLeaving = false;
    describe();
    for (const text of texts()) if (text.value !== text.defaultValue) text.dispatchEvent(new Event("input", { bubbles: true }));
  });
  describe();
}
