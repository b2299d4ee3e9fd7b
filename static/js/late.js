// An answer may come later than what the stream told after it was written. What is older than the page is left out: of
// two readings of one thing, the one that knows of more changes stays.

const knows = (element) => Number(element?.dataset.known ?? NaN);
const isAboutTheSame = (one, other) =>
  one.dataset.conversation === other.dataset.conversation && one.dataset.campaign === other.dataset.campaign;

function isLate({ fragment, target }) {
  const written = target.id && fragment?.querySelector(`#${CSS.escape(target.id)}[data-known]`);
  return Boolean(written) && isAboutTheSame(written, target) && knows(written) < knows(target);
}

document.addEventListener("htmx:before:swap", ({ detail: { tasks } }) => {
  tasks.splice(0, tasks.length, ...tasks.filter((task) => !isLate(task)));
});
