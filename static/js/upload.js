// Brings a file to the server and shows how far it is: picked or dropped, it goes at once. Without this the form does it.

const form = document.querySelector("[data-upload]");
const input = form?.querySelector("input[type=file]");
const progress = form?.querySelector(".drop-progress");
const complaint = form?.querySelector("[role=alert]");

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
  for (const end of ["error", "abort"]) request.addEventListener(end, () => fail());
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
  if (answer.status < 300) return location.assign(answer.responseURL);
  const page = new DOMParser().parseFromString(answer.responseText, "text/html");
  const words = page.querySelector("#upload-form [role=alert]")?.textContent;
  fail(answer.status === 401 || answer.status === 403 ? "You may not load leads, or your session is over." : words);
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
