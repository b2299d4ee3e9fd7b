// What became of an action is told to whoever asked for it, wherever they are by then. A form that has left the page
// hears nothing itself: htmx tells the document instead, and names the form only as what the request came from.

const places = new WeakMap(); // Where each request was made, by its context.

document.addEventListener("htmx:config:request", ({ target, detail: { ctx } }) => {
  const thread = target.closest?.("#thread[data-conversation]");
  if (!thread || ctx.request.method === "GET") return;
  const { conversation } = thread.dataset;
  const name = thread.querySelector("#thread-title").textContent.trim();
  places.set(ctx, { conversation, name, href: `/conversations/${conversation}/${location.search}` });
});

// The conversation that an action was about, when its page has moved on; else nothing.
export function findPlaceLeft(ctx) {
  const place = ctx && places.get(ctx);
  const shown = document.getElementById("thread")?.dataset.conversation;
  return place && !(ctx.sourceElement.isConnected && shown === place.conversation) ? place : null;
}

// Why it was refused, as the answer says it.
export function findRefusal(ctx) {
  const answer = new DOMParser().parseFromString(ctx.text ?? "", "text/html");
  return answer.querySelector("[data-refusal]")?.textContent.trim() ?? "";
}

// What was refused somewhere else has no place on this page.
document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  if (ctx?.response?.status >= 400 && findPlaceLeft(ctx)) tasks.splice(0);
});
