// Brings a file to the server and shows how far it is: picked or dropped, it goes at once. Without this the form does it.

const form = document.querySelector("[data-upload]");
const input = form?.querySelector("input[type=file]");
const progress = form?.querySelector(".drop-progress");
const complaint = form?.querySelector("[role=alert]");

const SIGNED_OUT = "Your session is over. Sign in again in another tab, reload this page, and choose the file again.";

let request = null;

function complain(words) {
  complaint.textContent = words;
  complaint.hidden = !words;
}

function bring(file) {
  if (request || !file) return;
  const largest = Number(form.dataset.largest);
  if (file.size > largest) {
    return complain(`This file has more than ${Math.floor(largest / 1024 ** 2)} MB. Split it and load its parts.`);
  }
  complain("");
  const data = new FormData(form);
  data.set("file", file);
  request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.addEventListener("progress", show);
  request.addEventListener("load", () => arrive(request));
  request.addEventListener("error", async () => fail(await whyBroken()));
  request.addEventListener("abort", () => fail());
  wait(true);
  request.send(data);
}

function show(event) {
  const share = event.lengthComputable ? Math.round((100 * event.loaded) / event.total) : 0;
  progress.querySelector("progress").value = share;
  progress.querySelector("span").textContent = share < 100 ? `${share} %` : "Reading it";
}

function wait(isBusy) {
  progress.hidden = !isBusy;
  form.querySelector("button").disabled = isBusy;
}

// It was followed to the page of the new upload; a refusal says why on the page that came instead.
function arrive(answer) {
  const page = new DOMParser().parseFromString(answer.responseText, "text/html");
  if (isSignIn(page)) return fail(SIGNED_OUT);
  if (answer.status < 300) return location.assign(answer.responseURL);
  const words = page.querySelector("#upload-form [role=alert]")?.textContent;
  fail(words || wordsFor(answer));
}

const isSignIn = (page) => Boolean(page.querySelector("input[type=password]"));

function wordsFor(answer) {
  const { status } = answer;
  if (status === 401) return SIGNED_OUT;
  if (status === 403 && answer.getResponseHeader("Refusal") === "old-page") {
    return "This page is too old: somebody signed in or out since. Reload it and choose the file again.";
  }
  if (status === 403) return "You may not load leads here.";
  if (status === 413) {
    return "This file is larger than a server on the way lets through. Ask an admin to raise the limit of the proxy, or split the file.";
  }
  if (status === 429 || status === 503) return "There is too much going on just now. Wait a minute and choose the file again.";
  if (status >= 500) return "Something went wrong on our side. Choose the file again; nothing of it was kept.";
  return `The file was not taken (${status}). Reload this page and choose it again.`;
}

// A server that refuses before all has come hangs up, and the browser does not say why: what still answers tells it.
async function whyBroken() {
  const answer = navigator.onLine ? await fetch(location.href, { cache: "no-store" }).catch(() => null) : null;
  if (!answer) return "No connection. The file did not arrive; choose it again when you are back online.";
  const page = new DOMParser().parseFromString(await answer.text().catch(() => ""), "text/html");
  if (answer.status === 401 || isSignIn(page)) return SIGNED_OUT;
  return "The line broke while the file was sent, and the console does answer. Try again; if only large files fail, a proxy on the way may limit their size.";
}

function fail(words) {
  request = null;
  wait(false);
  input.value = "";
  complain(words || "The file did not arrive. Look at your connection and try again.");
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  bring(input.files[0]);
});
input?.addEventListener("change", () => bring(input.files[0]));
// The whole page takes a dropped file: a miss must not open it in the browser.
if (form) {
  for (const name of ["dragover", "dragenter"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      form.toggleAttribute("data-over", true);
    });
  }
  document.addEventListener("dragleave", (event) => event.relatedTarget || form.removeAttribute("data-over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    form.removeAttribute("data-over");
    bring(event.dataTransfer.files[0]);
  });
}
