// Shows what only works with passkeys where they work, and says in words when one was not given.

const canWork = window.PublicKeyCredential !== undefined && /[a-z]/i.test(location.hostname);

for (const element of document.querySelectorAll("[data-passkey]")) element.hidden = !canWork;
for (const element of document.querySelectorAll("[data-no-passkey]")) element.hidden = canWork;

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const line = document.querySelector("[data-passkey-error]");
  line.textContent = "No passkey was used. Try again, or choose another way.";
  line.hidden = false;
});
