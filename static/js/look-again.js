// Some parts of a page differ by person, so that the stream cannot bring them: it says that there is news, and the
// element that hears it asks for its part by its own hx-get.

const ear = document.getElementById("look-again");

if (ear) new MutationObserver(() => htmx.trigger(ear, "news")).observe(ear, { childList: true });
