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

// All but those of the person who is signed in now, if anybody is.
export function forgetDrafts(person) {
  const kept = person ? `${PREFIX}${person}:` : null;
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(PREFIX) && !(kept && name.startsWith(kept))) sessionStorage.removeItem(name);
  }
}
