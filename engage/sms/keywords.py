"""What a lead's text says about consent.

47 CFR 64.1200(a)(10) honours any reasonable wording, so a filter for whole words is not enough: "stop please" and
"Stop texting me" revoke consent too. Clear wording is STOP and acts at once. Likely wording is MAYBE_STOP, for a
person to answer. Between MAYBE_STOP and NONE, doubt goes to MAYBE_STOP.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Collection
from typing import Final


class Signal(enum.Enum):
    STOP = "stop"
    START = "start"
    HELP = "help"
    MAYBE_STOP = "maybe_stop"
    NONE = "none"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Each says it by itself, also among courtesies: "STOP STOP", "stop please", "no, unsubscribe".
_STOP_WORDS: Final = _words("stop stopall unsubscribe unsub optout revoke stop2quit stop2end")
# Everyday words: they mean it only as the whole message. "Cancel my appointment" is a question, not an opt-out.
_STOP_WORDS_ALONE: Final = _words("quit cancel end")
# What a script's own wording adds when it is copied back: "stop=quit", "text STOP to end".
_SCRIPT_WORDS: Final = _words("to 2 all reply text") | _STOP_WORDS_ALONE
_START_WORDS: Final = _words("start unstop")
_HELP_WORDS: Final = _words("help info")
_COURTESIES: Final = _words(
    "please pls plz kindly thanks thankyou thx ty now immediately asap already just ok okay sorry hi hello hey"
    " no nope nah sir maam im notinterested"
)
_ONE_WORD: Final = {
    "opt out": "optout",
    "not interested": "notinterested",
    "thank you": "thankyou",
    "right now": "now",
    "do not": "dont",
}
_APART: Final = re.compile(rf"\b(?:{'|'.join(_ONE_WORD)})\b")

# "Stop by at six", "the bus stop" and "I can't stop laughing" are about something else.
_NOT_AFTER_STOP: Final = _words("by in over sign light lights watch")
_NOT_BEFORE_STOP: Final = _words(
    "bus pit non one next first last full rest truck train the a my your cant cannot wont never dont"
)

_WRITING: Final = "(?:text|txt|messag|msg|contact|call|send|spamm|bother|harass|pester|writ|email|reach)ing"
_TEXT: Final = "(?:texts?|messages?|messaging|msgs?|sms|spam)"
_TEXTS: Final = f"(?:text messages?|{_TEXT})"
_WRONG: Final = re.compile(r"\bwrong (?:person|number|guy|lady|phone)\b")
# A whole clause of such words is clear: "stop sending me these texts at this number". Read word by word, for as an
# expression with two ways to read "text messages" it took twice as long for every pair of them.
_CEASE: Final = _words("stop quit cease")
_WHAT_CEASES: Final = re.compile(f"{_WRITING}|{_TEXT}")
_BEFORE_WHAT_CEASES: Final = _words("and all with the these your")
_BESIDES: Final = _BEFORE_WHAT_CEASES | _words(
    "me us my our this that those any more anymore again ever at on to from out number phone cell stuff"
)
_REVOKED: Final = re.compile(r"(?:i )?(?:hereby )?revoke (?:\w+ ){0,3}consent")
# Wherever it stands in the message.
_LIKELY: Final = re.compile(
    "|".join(
        [
            rf"\b(?:stop|quit|cease) (?:\w+ )?{_WRITING}\b|\bcease and desist\b",
            r"\bunsub(?:scribe)?\b|\bstop ?all\b|\boptout\b|\bopt(?:ed|ing)? (?:\w+ )?out\b|\bstop ?2 ?(?:quit|end)\b",
            r"\b(?:revok|withdr[ae]w)\w* (?:\w+ ){0,3}(?:consent|permission)\b|\b(?:dont|never) (?:give )?consent",
            r"\bremove (?:me|us)\b|\b(?:remove|delete|erase|lose|forget|block) (?:my|our|this) (?:\w+ )?"
            r"(?:name|number|phone|cell|info|information|contact|data)\b",
            r"\b(?:remove|delete|take|get) (?:\w+ ){0,4}(?:off|from) (?:\w+ ){0,3}lists?\b|\bdont call list\b",
            r"\btake (?:me|us|(?:my|our|this) \w+) off\b|\bleave (?:me|us) (?:the \w+ )?alone\b",
            r"\b(?:dont|never) (?:ever |you )?(?:text|txt|message|msg|contact|spam|bother (?:me|us)|reach out)\b",
            rf"\bdont (?:ever )?send (?:me )?(?:any|these|this|those|more|another|{_TEXTS})\b",
            rf"\bdont (?:want|wish) (?:\w+ ){{0,3}}(?:{_TEXTS}|hear from)\b",
            rf"\bno (?:more|further) (?:\w+ )?{_TEXTS}\b",
            rf"\b(?:end|cancel) (?:(?:the|these|this|your|all|my|any) )*{_TEXTS}\b",
        ]
    )
)
# "Please don't call me, text instead" chooses a channel.
_DO_NOT_CALL: Final = re.compile(r"\b(?:dont|never) (?:ever )?call (?:me|us|here|back|again|this)\b")
_OTHER_CHANNEL: Final = re.compile(r"\b(?:text|email)\b")

_CLAUSE_END: Final = re.compile(r"[.,;:!?()\n\u2013\u2014]+")
# "Don't stop texting" asks for more.
_GO_ON: Final = re.compile(r"(?:dont|never) stop\b")
# Phones send a reaction as a text that quotes ours: Liked "Reply STOP to opt out".
_REACTION: Final = re.compile(
    r"\s*(?:liked|loved|disliked|laughed at|emphasized|questioned|reacted \S+ to|removed an? .{1,40} from|\W{1,8} to)"
    r"\s+[\"\u201c].*[\"\u201d]\s*",
    re.IGNORECASE | re.DOTALL,
)
# Every wording above holds one of these. Most texts hold none and are done with in a hundredth of the time.
_STEMS: Final = _words(
    "stop unsub opt quit cease end cancel revok withdr consent permission remove delete erase lose forget block list"
    " take alone don not never more further wrong start help info"
)
_SPELLED_OUT: Final = re.compile(r"\W*\w(?:\W+\w){2,}\W*")
# Carriers join texts up to about 1,600 characters. What is forged may be longer, and one character of it may stand for
# eighteen once it is folded: more than this is read neither before nor after.
_LONGEST: Final = 4_000


def signal(text: str, *, more_stop_words: Collection[str] = ()) -> Signal:
    """Read a lead's text. `more_stop_words` are the workspace's own, such as ALTO or PARAR: whole message only.

    YES is never START here: it may answer a question, and means an opt-in only from a lead who is opted out.
    """
    text = text[:_LONGEST]
    if not more_stop_words and _says_nothing_of_it(text):
        return Signal.NONE
    if _REACTION.fullmatch(text):
        return Signal.NONE
    clauses = [clause for part in _CLAUSE_END.split(_fold(text)) if (clause := _flatten(part))]
    whole = _join_spelled_out(" ".join(clauses))
    if whole in _START_WORDS:
        return Signal.START
    if whole in _HELP_WORDS:
        return Signal.HELP
    if whole in _STOP_WORDS_ALONE or whole in {_flatten(_fold(word)) for word in more_stop_words} - {""}:
        return Signal.STOP
    return _revocation(whole, clauses)


def _says_nothing_of_it(text: str) -> bool:
    """Certain without reading: plain letters, and none of the words that any wording needs."""
    if not text.isascii() or _SPELLED_OUT.fullmatch(text):
        return False
    lowered = text.lower().replace("'", "")
    return not any(stem in lowered for stem in _STEMS)


def is_platform_stop(text: str) -> bool:
    """Whether the platform acts on this text itself and sends its own goodbye."""
    return text.strip().casefold() == "stop"


def is_platform_start(text: str) -> bool:
    """Whether the platform opts the lead back in on this text itself."""
    return text.strip().casefold() == "start"


def _revocation(whole: str, clauses: list[str]) -> Signal:
    cores = [_core(clause) for clause in clauses]
    if _is_only_stop_words(whole) or any(_is_clear(core) for core in cores):
        return Signal.STOP
    if _core(whole) in _STOP_WORDS_ALONE or any(_turns_on_stop(core) for core in cores):
        return Signal.MAYBE_STOP
    wording = " ".join(clause for clause, core in zip(clauses, cores, strict=True) if core)
    return Signal.MAYBE_STOP if _is_likely(wording) else Signal.NONE


def _is_clear(core: str) -> bool:
    if _REVOKED.fullmatch(core):
        return True
    first, *words = core.split() or [""]
    if first not in _CEASE:
        return False
    said = next((word for word in words if word not in _BEFORE_WHAT_CEASES), "")
    return bool(_WHAT_CEASES.fullmatch(said)) and all(
        word in _BESIDES or _WHAT_CEASES.fullmatch(word) for word in words
    )


def _is_likely(wording: str) -> bool:
    if _LIKELY.search(wording) or (_WRONG.search(wording) and "stop" in wording.split()):
        return True
    not_called = [found.end() for found in _DO_NOT_CALL.finditer(wording)]
    return bool(not_called) and not _OTHER_CHANNEL.search(wording, not_called[-1])


def _fold(text: str) -> str:
    """One form per letter: full-width and circled letters, capitals, accents and apostrophes folded away."""
    parted = unicodedata.normalize("NFKD", text.replace("\u2019", "'"))[:_LONGEST].casefold()
    return "".join(character for character in parted if character != "'" and not unicodedata.combining(character))


def _flatten(text: str) -> str:
    """Letters and digits, single spaces; emoji, quotes and other signs gone; "opt-out" and its like made one word."""
    plain = " ".join("".join(character if character.isalnum() else " " for character in text).split())
    return _APART.sub(lambda found: _ONE_WORD[found[0]], plain)


def _join_spelled_out(text: str) -> str:
    """S.T.O.P. is stop."""
    words = text.split()
    return "".join(words) if len(words) > 2 and all(len(word) == 1 for word in words) else text


def _core(clause: str) -> str:
    """The clause without the courtesies around it; empty if it asks us to go on."""
    words = clause.split()
    while words and words[0] in _COURTESIES:
        words.pop(0)
    while words and words[-1] in _COURTESIES:
        words.pop()
    core = " ".join(words)
    return "" if _GO_ON.match(core) else core


def _is_only_stop_words(whole: str) -> bool:
    words = [word for word in whole.split() if word not in _COURTESIES]
    return any(word in _STOP_WORDS for word in words) and _STOP_WORDS.union(_SCRIPT_WORDS).issuperset(words)


def _turns_on_stop(core: str) -> bool:
    """Whether the clause begins or ends with "stop" and is not about a bus."""
    words = core.split()
    if "stop" not in words:
        return False
    begins = words[0] == "stop" and (len(words) == 1 or words[1] not in _NOT_AFTER_STOP)
    ends = words[-1] == "stop" and len(words) > 1 and words[-2] not in _NOT_BEFORE_STOP
    return begins or ends
