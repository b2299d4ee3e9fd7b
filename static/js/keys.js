// What a key press is: a command, or a sign on its way into a field. The same keys type other signs on every layout.

const isField = (element) => element.isContentEditable || Boolean(element.matches?.("input, textarea, select"));

// 229: some browsers end a composition before they tell of the key that ended it.
export const isComposing = (event) => event.isComposing || event.keyCode === 229;

export const isInField = (event) => isField(event.target);

// Asked anew each time: it is cheap, and a remote desktop may change it.
export const isMac = () => /mac|iphone|ipad/i.test(`${navigator.userAgentData?.platform} ${navigator.platform} ${navigator.userAgent}`);

// The digit of a press of Alt and a digit, where that types nothing; else nothing. Option on a Mac, AltGr, and Ctrl with
// Alt on Windows are how many layouts type # @ [ { or an accent.
export function altDigit(event) {
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  if (!digit || !event.altKey || event.ctrlKey || event.metaKey || event.getModifierState("AltGraph")) return null;
  if (event.key === "Dead") return null;
  if (isInField(event)) return event.key === digit && !isMac() ? digit : null;
  return event.key === digit || !event.shiftKey ? digit : null;
}

// Ctrl K. On a Mac it deletes to the end of the line while somebody writes, and the chord is Command K.
export function isSearchChord(event) {
  if (event.altKey || event.shiftKey || event.ctrlKey === event.metaKey || event.getModifierState("AltGraph")) return false;
  // Other scripts have other letters on this key.
  if (event.key.toLowerCase() !== "k" && (event.code !== "KeyK" || /^[\x20-\x7e]$/.test(event.key))) return false;
  return event.metaKey || !isMac() || !isInField(event);
}

export const isSendChord = (event) =>
  event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.repeat && !isComposing(event);

export const isPlain = (event) =>
  !event.ctrlKey && !event.altKey && !event.metaKey && !event.getModifierState("AltGraph") && !isInField(event);
