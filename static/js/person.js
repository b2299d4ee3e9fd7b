// The next person at this machine finds nothing of the last one's words.

import { forgetDrafts } from "./drafts.js";

// A session that ran out keeps its drafts for whoever signs in again, if it is the same person.
if (document.body.dataset.person) forgetDrafts(document.body.dataset.person);

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-forgets-drafts]")) forgetDrafts();
});
