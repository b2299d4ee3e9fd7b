// The reply box: keeps what was typed, says how the text travels, sends it once, and clears only what was sent.

import { forgetSending, keepDraft, keepSending, readDraft, readSending } from "./drafts.js";
import { isSendChord } from "./keys.js";
import { count, safeSwap } from "./segments.js";

const SEEN_AFTER = 1_000;

const ready = new WeakSet();
const sent = new WeakMap(); // The text that each form last tried to send.
let seenTimer = null;
let typed = null; // What stood in a form when it was refused; somebody may have gone on typing.

const composers = () => document.querySelectorAll("form[data-composer]");
const fieldOf = (form) => form.elements.text;

function prepare() {
  for (const form of composers()) {
    if (ready.has(form)) continue;
    ready.add(form);
    const field = fieldOf(form);
    // What the server gives back after a refusal is newer than any draft.
    field.value = typed ?? (field.value || readDraft(form.dataset.composer));
    typed = null;
    if (!form.elements.key.value) renewKey(form);
    settleSending(form);
    describe(form);
  }
}

// It was sent from here before, and the page was left before anybody knew what became of it.
function settleSending(form) {
  const { composer } = form.dataset;
  const sending = readSending(composer);
  if (!sending) return;
  if (document.querySelector(`#thread [data-key="${CSS.escape(sending.key)}"]`)) {
    forgetSending(composer);
    fieldOf(form).value = without(sending.text, fieldOf(form).value);
    keepDraft(composer, fieldOf(form).value);
  } else if (fieldOf(form).value === sending.text) {
    form.elements.key.value = sending.key;
  }
}

// Whoever went on typing keeps what came after.
function without(text, written) {
  if (written === text) return "";
  return written.startsWith(text) ? written.slice(text.length).trimStart() : written;
}

function renewKey(form) {
  form.elements.key.value = newKey();
}

// randomUUID is for secure pages only, and a desk may be reached by plain http inside an office.
function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// ---- how the text travels

function describe(form) {
  // Blanks at both ends are not sent.
  const text = fieldOf(form).value.trim();
  const { units, unitsLeft, parts, offending } = count(text);
  const counter = form.querySelector("[data-counter]");
  counter.textContent = text ? `${units}/${units + unitsLeft}, ${parts} ${parts === 1 ? "segment" : "segments"}` : "";
  const hint = form.querySelector("[data-hint]");
  const plain = safeSwap(text);
  const plainParts = count(plain).parts;
  // An emoji in a short text costs nothing; say something only when it does.
  hint.hidden = !offending.length || (parts === 1 && count(plain).offending.length > 0);
  if (hint.hidden) return;
  const named = offending.slice(0, 4).map(nameOf).join(", ");
  const more = offending.length > 4 ? ` and ${offending.length - 4} more` : "";
  hint.querySelector("[data-hint-words]").textContent = `With ${named}${more} a segment holds 70 characters, not 160.`;
  hint.querySelector("[data-swap]").hidden = plain === text || (plainParts === parts && count(plain).offending.length > 0);
}

const NAMES = {
  "\t": "tab", "\xa0": "no-break space", "\u202f": "narrow no-break space", "\u3000": "wide space", "\xad": "soft hyphen",
  "\u200b": "zero width space", "\u200c": "zero width non-joiner", "\u200d": "zero width joiner", "\u2060": "word joiner",
  "\ufeff": "zero width no-break space", "\u200e": "left-to-right mark", "\u200f": "right-to-left mark",
  "\u2028": "line separator", "\u2029": "paragraph separator", "\u3164": "filler",
};

// What shows nothing has a name, and a mark something to stand on.
function nameOf(character) {
  if (Object.hasOwn(NAMES, character)) return NAMES[character];
  if (/^\p{M}$/u.test(character)) return `\u25cc${character}`;
  if (!/^[\p{Z}\p{C}]$/u.test(character)) return character;
  return `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function change(form, text) {
  fieldOf(form).focus();
  write(form, text);
}

function write(form, text) {
  const field = fieldOf(form);
  field.value = text;
  field.setSelectionRange(text.length, text.length);
  keepDraft(form.dataset.composer, text);
  describe(form);
}

// ---- sending

// The answer may come when another conversation is shown, or when the same one was opened anew.
function afterRequest(form, status) {
  const { composer } = form.dataset;
  const isTaken = status >= 200 && status < 300;
  if (status === 422 && form.isConnected) typed = fieldOf(form).value;
  if (isTaken || (status >= 400 && status < 500)) forgetSending(composer);
  if (!isTaken || !sent.has(form)) return;
  const text = sent.get(form);
  const shown = form.isConnected ? form : document.querySelector(`form[data-composer="${CSS.escape(composer)}"]`);
  if (!shown) return keepDraft(composer, without(text, readDraft(composer)));
  shown.querySelector(".reply-refusal")?.remove();
  renewKey(shown);
  if (shown === form) fieldOf(shown).focus();
  write(shown, without(text, fieldOf(shown).value));
}

// ---- may it be an opt-out?

function keepEditing(event, form) {
  event.preventDefault();
  form.querySelector(".reply-refusal")?.remove();
  fieldOf(form).focus();
}

// What was asked is gone with its buttons: the focus goes to what can be done, or to why nothing can.
function goOnAfterAnswer(asked) {
  const hadFocus = asked.contains(document.activeElement) || document.activeElement === document.body;
  document.querySelector("#reply-form .reply-refusal")?.remove();
  setTimeout(() => {
    if (!hadFocus && document.activeElement !== document.body) return;
    const isLocked = document.querySelector("#thread[data-locked]");
    (isLocked ? isLocked.querySelector(".locked") : document.getElementById("reply-text"))?.focus();
  });
}

// ---- what has been seen

// The newest text counts as seen once it stood on a visible page for a moment; only then may it be answered, and the
// conversation finished or claimed, unasked. What counts is which text was heard last, not when it was written.
function look() {
  clearTimeout(seenTimer);
  if (document.hidden) return;
  seenTimer = setTimeout(() => {
    const seen = Number(document.getElementById("thread")?.dataset.seen ?? 0);
    for (const field of document.querySelectorAll("#thread input[name='seen_through']")) {
      // A refusal may have shown more than the thread does.
      if (!(Number(field.value) >= seen)) field.value = seen;
    }
  }, SEEN_AFTER);
}

new MutationObserver(look).observe(document.body, { subtree: true, attributeFilter: ["data-seen"] });
document.addEventListener("visibilitychange", look);

// ---- beginnings

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-composer]");
  if (!form) return;
  keepDraft(form.dataset.composer, fieldOf(form).value);
  describe(form);
});
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-composer]");
  if (!form || !isSendChord(event)) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector(".reply-send"));
});
document.addEventListener("click", (event) => {
  const form = document.getElementById("reply-form");
  if (!form) return;
  if (event.target.closest("[data-swap]")) change(form, safeSwap(fieldOf(form).value));
  if (event.target.closest("[data-keeps-editing]")) keepEditing(event, form);
  const reused = event.target.closest("[data-reuses]")?.dataset.reuses;
  if (reused) change(form, [fieldOf(form).value, reused].filter(Boolean).join("\n"));
});
document.addEventListener("htmx:config:request", (event) => {
  const form = event.target;
  if (!form.matches?.("form[data-composer]") || fieldOf(form).value.trim()) return;
  event.preventDefault(); // There is nothing to send.
  fieldOf(form).focus();
});
document.addEventListener("htmx:before:request", (event) => {
  const form = event.target;
  if (!form.matches?.("form[data-composer]")) return;
  sent.set(form, fieldOf(form).value);
  keepSending(form.dataset.composer, { key: form.elements.key.value, text: fieldOf(form).value });
});
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  // Of a form that has left the page the document is told, so the request itself says where it came from.
  const form = ctx.sourceElement;
  if (form.matches?.("form[data-composer]")) afterRequest(form, ctx.response.status);
});
document.addEventListener("htmx:after:request", (event) => {
  const { status } = event.detail.ctx.response ?? {};
  if (event.target.matches?.("[data-answers]") && status >= 200 && status < 300) goOnAfterAnswer(event.target);
});
document.addEventListener("htmx:after:swap", prepare);
prepare();
