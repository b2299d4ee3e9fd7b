// How a text travels: its encoding and how many parts it is sent in. The same tables and the same answers as
// engage/sms/segments.py, which decides; a test holds the two together.

// 3GPP TS 23.038: basic alphabet (one septet) and its extension (ESC and a second septet, which stay together).
export const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅå\u0394_\u03a6\u0393\u039b\u03a9\u03a0\u03a8\u03a3\u0398\u039eÆæßÉ" +
  " !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
export const EXTENSION = "\f^{}\\[~]|€";

// Every character on the right may be sent as the one on the left.
const LOOK_ALIKES = {
  "'":
    "`\xb4\u2018\u2019\u201a\u201b\u2032\u2035\u2039\u203a\u275b\u275c\uff40" +
    "\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb",
  '"': "«»\u201c\u201d\u201e\u201f\u2033\u2036\u02ba\u02ee\u275d\u275e\u301d\u301e\u301f",
  "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63",
  " ": "\t\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
  "\n": "\x0b\x85\u2028\u2029",
  // These show nothing. Joiners stay: emoji need them.
  "": "\xad\u200b\u2060\ufeff",
  "...": "\u2026",
  "..": "\u2025",
  "*": "\u2022\u2217\u2219",
  "/": "\u2044\u2215\xf7",
  x: "\xd7",
  "^": "\u02c6",
  "~": "\u02dc\u223c",
  ":": "\u2236",
  "|": "¦",
  "£": "\uffe1",
  "¥": "\uffe5",
  ff: "\ufb00",
  fi: "\ufb01",
  fl: "\ufb02",
  ffi: "\ufb03",
  ffl: "\ufb04",
  st: "\ufb05\ufb06",
  "No.": "\u2116",
  "(TM)": "\u2122",
  "(c)": "©",
  "(R)": "®",
};
const FRACTION_SIGNS = "¼½¾\u2150\u2151\u2152\u2153\u2154\u2155\u2156\u2157\u2158\u2159\u215a\u215b\u215c\u215d\u215e";

export const FRACTIONS = new Map(
  [...FRACTION_SIGNS].map((sign) => [sign, sign.normalize("NFKC").replace("\u2044", "/")]),
);
export const SWAPS = new Map();
for (let code = 0xff01; code <= 0xff5e; code += 1) {
  SWAPS.set(String.fromCharCode(code), String.fromCharCode(code - 0xfee0));
}
for (const [plain, characters] of Object.entries(LOOK_ALIKES)) {
  for (const character of characters) SWAPS.set(character, plain);
}
// An accent typed as a mark of its own, joined to its letter where GSM-7 has the pair as one character.
export const JOINED = new Map(
  [...BASIC].map((letter) => [letter.normalize("NFD"), letter]).filter(([parted, letter]) => parted !== letter),
);

const SEPTETS = new Map();
for (const character of BASIC) SEPTETS.set(character, 1);
for (const character of EXTENSION) SEPTETS.set(character, 2);
const ROOM = { "GSM-7": [160, 153], "UCS-2": [70, 67] };
// A phone puts an invisible variation selector behind ©, ® and ™: it goes with them.
const SWAPPED = new RegExp(`([${[...SWAPS.keys()].join("")}])[\ufe0e\ufe0f]?`, "g");
const FRACTION = new RegExp(`([0-9]?)([${FRACTION_SIGNS}])`, "g");
const SEPARATE_ACCENT = new RegExp([...JOINED.keys()].join("|"), "g");

// Returns {encoding, units, unitsPerPart, parts, unitsLeft, offending}. Show units of units + unitsLeft.
export function count(text) {
  const characters = [...text];
  const offending = [...new Set(characters.filter((character) => !SEPTETS.has(character)))];
  return offending.length
    ? fit("UCS-2", characters.map((character) => character.length), offending)
    : fit("GSM-7", characters.map((character) => SEPTETS.get(character)), offending);
}

function fit(encoding, sizes, offending) {
  const [alone, joined] = ROOM[encoding];
  const units = sizes.reduce((total, size) => total + size, 0);
  if (units <= alone) return { encoding, units, unitsPerPart: alone, parts: 1, unitsLeft: alone - units, offending };
  let parts = 1;
  let used = 0;
  for (const size of sizes) {
    // A character is never split over two parts.
    if (used + size > joined) {
      parts += 1;
      used = 0;
    }
    used += size;
  }
  return { encoding, units, unitsPerPart: joined, parts, unitsLeft: joined - used, offending };
}

// The same text with look-alikes put in plain characters that GSM-7 has; an accent is never dropped.
export function safeSwap(text) {
  return text
    .replace(SWAPPED, (_match, character) => SWAPS.get(character))
    .replace(FRACTION, (_match, digit, sign) => (digit ? `${digit} ` : "") + FRACTIONS.get(sign))
    .replace(SEPARATE_ACCENT, (pair) => JOINED.get(pair));
}
