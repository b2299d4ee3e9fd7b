// What somebody began to write, kept in this tab until it is sent or they sign out. Never on the server, never on disk.

const PREFIX = "draft:";

const nameOf = (conversation) => `${PREFIX}${document.body.dataset.person}:${conversation}`;

export function readDraft(conversation) {
  return sessionStorage.getItem(nameOf(conversation)) ?? "";
}

export function keepDraft(conversation, text) {
  if (text) sessionStorage.setItem(nameOf(conversation), text);
  else sessionStorage.removeItem(nameOf(conversation));
}

// What is on its way, with the key it goes by: until it is known to have arrived, the same words are the same reply.
export function keepSending(conversation, sending) {
  sessionStorage.setItem(`${nameOf(conversation)}:sending`, JSON.stringify(sending));
}

export function readSending(conversation) {
  return JSON.parse(sessionStorage.getItem(`${nameOf(conversation)}:sending`) ?? "null");
}

export function forgetSending(conversation) {
  sessionStorage.removeItem(`${nameOf(conversation)}:sending`);
}

// What is typed into the other forms, by the address they go to. `isSent`: it is not known yet whether it was taken.
const FORM = ":form:";

const formName = (form) => `${nameOf(FORM)}${form}`;

export function readForm(form) {
  return JSON.parse(sessionStorage.getItem(formName(form)) ?? "null");
}

export function keepForm(form, kept) {
  try {
    sessionStorage.setItem(formName(form), JSON.stringify(kept));
  } catch {
    // There is no room for it in this tab; it stays in the page all the same.
  }
}

export function forgetForm(form) {
  sessionStorage.removeItem(formName(form));
}

// Of what was sent: kept where `isKept` says so, whoever's it is, and forgotten where it was taken.
export function unmarkForms(isKept) {
  for (const name of Object.keys(sessionStorage)) {
    const [before, form] = name.split(FORM);
    if (!before.startsWith(PREFIX) || form === undefined) continue;
    const kept = JSON.parse(sessionStorage.getItem(name));
    if (!kept.isSent) continue;
    if (isKept(form, kept)) sessionStorage.setItem(name, JSON.stringify({ ...kept, isSent: false }));
    else sessionStorage.removeItem(name);
  }
}

// All but those of the person who is signed in now, if anybody is.
export function forgetDrafts(person) {
  const kept = person ? `${PREFIX}${person}:` : null;
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(PREFIX) && !(kept && name.startsWith(kept))) sessionStorage.removeItem(name);
  }
}
