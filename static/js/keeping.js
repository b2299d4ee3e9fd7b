// What somebody typed into a form and has not sent: kept in this tab until the server has taken it, so that it is there
// again when their session ended, the page grew too old, or the server failed. Every form that posts, by one rule; the
// reply box has its own. Secrets and files are never kept.

import { forgetForm, keepForm, readForm, unmarkForms } from "./drafts.js";

const KEPT = "textarea, select, input:not([type=hidden], [type=password], [type=file], [type=search], [type=submit], [type=button])";
const NEVER = "[autocomplete=one-time-code], [readonly], [disabled]";

const ready = new WeakSet();
const echoed = new WeakSet(); // Forms that came back refused, filled in as they were sent.

const isKept = (form) => form.method === "post" && !form.matches("[data-composer], [data-forgets-drafts]");
const nameOf = (form) => new URL(form.action, location.href).pathname + (form.dataset.draft ? `#${form.dataset.draft}` : "");
const fieldsOf = (form) => [...form.elements].filter((field) => field.matches(KEPT) && !field.matches(NEVER) && field.name);
const isTick = (field) => field.type === "checkbox" || field.type === "radio";
const contentOf = (field) => (isTick(field) ? field.checked : field.value);

// What the page came with.
function givenOf(field) {
  if (isTick(field)) return field.defaultChecked;
  if (field.matches("select")) return (field.querySelector("option[selected]") ?? field.options[0])?.value ?? "";
  return field.defaultValue;
}

// Several forms of a page may go to one address; their fields have ids of their own.
const keyOf = (field) => (isTick(field) ? `${field.name}=${field.value}` : field.id || field.name);

// What the text was written against goes with it, so that a newer text is not overwritten unseen.
const basesOf = (form) => [...form.querySelectorAll("input[type=hidden][data-base-of]")];

function note(form, fields) {
  const kept = readForm(nameOf(form)) ?? { fields: {} };
  for (const field of fields) {
    if (contentOf(field) !== givenOf(field) || echoed.has(form)) kept.fields[keyOf(field)] = contentOf(field);
    else delete kept.fields[keyOf(field)];
  }
  for (const base of basesOf(form)) {
    if (base.dataset.baseOf in kept.fields) kept.fields[base.name] ??= base.value;
    else delete kept.fields[base.name];
  }
  if (Object.keys(kept.fields).length) keepForm(nameOf(form), kept);
  else forgetForm(nameOf(form));
}

function restore(form) {
  ready.add(form);
  const kept = readForm(nameOf(form));
  if (!kept) return;
  const fields = fieldsOf(form).filter((field) => keyOf(field) in kept.fields);
  if (fields.length && fields.every((field) => givenOf(field) === kept.fields[keyOf(field)])) echoed.add(form);
  for (const field of fields) {
    const words = kept.fields[keyOf(field)];
    if (contentOf(field) === words || contentOf(field) !== givenOf(field)) continue;
    if (isTick(field)) field.checked = words;
    else field.value = words;
    // Whoever looks for their words finds them, also where they stood in something that was folded away.
    if (!isTick(field) && field.closest("details")) field.closest("details").open = true;
    if (field.matches("textarea, input") && !isTick(field)) field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  for (const base of basesOf(form)) {
    if (base.name in kept.fields) base.value = kept.fields[base.name];
  }
}

function prepare() {
  for (const form of document.querySelectorAll("form")) if (isKept(form) && !ready.has(form)) restore(form);
}

// A page of the desk came in answer to a form: either it was taken, or it stands here again as it was sent.
function settle() {
  const isFailure = !document.body.dataset.person || document.querySelector("main.error");
  const forms = [...document.querySelectorAll("form")].filter(isKept);
  unmarkForms((name, kept) => isFailure || forms.some((form) => nameOf(form) === name && isSame(form, kept)));
}

function isSame(form, kept) {
  const fields = fieldsOf(form).filter((field) => keyOf(field) in kept.fields);
  return fields.length > 0 && fields.every((field) => givenOf(field) === kept.fields[keyOf(field)]);
}

function hear({ target }) {
  const { form } = target;
  if (form && isKept(form) && fieldsOf(form).includes(target)) note(form, [target]);
}

function send(event) {
  const form = event.target;
  if (!isKept(form)) return;
  note(form, fieldsOf(form));
  const kept = readForm(nameOf(form));
  // What is sent without leaving the page says by itself whether it was taken.
  if (kept && !event.defaultPrevented) keepForm(nameOf(form), { ...kept, isSent: true });
}

function learn({ detail: { ctx } }) {
  const element = ctx.sourceElement;
  const form = element?.matches?.("form") ? element : element?.matches?.("button") && element.form;
  const isTaken = ctx.response?.status >= 200 && ctx.response.status < 300;
  if (form && isTaken && isKept(form)) forgetForm(nameOf(form));
}

settle();
// Nobody's words are kept while nobody is signed in.
if (document.body.dataset.person) {
  for (const name of ["input", "change"]) document.addEventListener(name, hear);
  document.addEventListener("submit", send);
  document.addEventListener("htmx:after:request", learn);
  document.addEventListener("htmx:after:swap", prepare);
  // Not before htmx knows the fields: what was there when it came is no change to it, and would not be checked. It waits
  // a tick before it looks at the page, so this waits a tick that begins later.
  const prepareSoon = () => setTimeout(prepare);
  if (document.readyState === "complete") prepareSoon();
  else document.addEventListener("DOMContentLoaded", prepareSoon);
}
