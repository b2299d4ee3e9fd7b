// The next person at this machine finds nothing of the last one's words, in this tab or in another.

import { forgetDrafts } from "./drafts.js";

// A moment after the click, so that the session has ended by then.
const FOLLOW_AFTER = 1_000;

const tabs = new BroadcastChannel("signed-out");

// A session that ran out keeps its drafts for whoever signs in again, if it is the same person.
if (document.body.dataset.person) forgetDrafts(document.body.dataset.person);

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-forgets-drafts]")) return;
  forgetDrafts();
  tabs.postMessage("");
});

tabs.addEventListener("message", () => {
  forgetDrafts();
  // What is typed until then is not to stay either.
  addEventListener("pagehide", () => forgetDrafts());
  setTimeout(() => location.assign("/sign-in/"), FOLLOW_AFTER);
});
