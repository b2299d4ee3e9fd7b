"""How a lead's text is read.

47 CFR 64.1200(a)(10) honours any reasonable wording, so a filter for whole words is not enough: "stop please" and
"Stop texting me" revoke consent too. Clear wording is STOP and acts at once. Likely wording is MAYBE_STOP, for a
person to answer. Between MAYBE_STOP and NONE, doubt goes to MAYBE_STOP.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from engage.sms.keywords import english, other_languages
from engage.sms.keywords.clauses import COURTESIES, Clause, Said, strip_end
from engage.sms.keywords.folding import LONGEST, fold, glance, turn_over, undisguise
from engage.sms.keywords.own_words import OwnWords
from engage.sms.keywords.reactions import PICTURES, find_reaction
from engage.sms.keywords.signals import Signal
from engage.sms.keywords.slips import SLIPS, is_glued, is_slip, is_slip_before
from engage.sms.keywords.wordings import WHAT_CEASES, words

_STOP_WORDS: Final = english.STOP_WORDS
_ALONE: Final = english.STOP_WORDS_ALONE

# Every wording has one of these words, or a word that begins with one of these. Most texts hold none and are done with
# in a small part of the time.
_TOO_COMMON: Final = words(
    "up no signed you your this that with sign back again already call get let need mensajes texting me it"
)


def _telling(wordings: frozenset[str]) -> frozenset[str]:
    """One word of each, the longest that does not stand in every other text."""
    return frozenset(max(line.split(), key=lambda word: (word not in _TOO_COMMON, len(word))) for line in wordings)


_FOREIGN: Final = (
    other_languages.STOP_LINES | other_languages.ASKED_LINES | frozenset(other_languages.ASKED_IN_OTHER_WRITINGS)
)
_TELLING: Final = _telling(
    english.STOP_WORDS
    | english.STOP_WORDS_ALONE
    | english.MAYBE_START_WORDS
    | other_languages.MAYBE_START_LINES
    | english.HELP_WORDS
    | english.ASKED_AS_CLAUSE
    | english.ASKED_ALONE
    | _FOREIGN
    | {"start"}
    | PICTURES
)
_BEGINNINGS: Final = english.BEGINNINGS | other_languages.BEGINNINGS
# What texts are called: nothing is asked by these alone, something of the others must be said of them.
_ABOUT_TEXTS: Final = words("text texts texting message messages messaging msg msgs txt txts sms")
_SAID_OF_TEXTS: Final = words(
    "no not non nao nada ne n pas sin sem sans senza ohne geen start turn shut switch begin too so"
    " much many sick tired fed"
)
_SHORT: Final = 60


def signal(text: str, *, more_stop_words: Collection[str] | OwnWords = ()) -> Signal:
    """Read a lead's text. `more_stop_words` are the workspace's own, such as ARRET or PARAR: whole message only.

    YES is never START here: it may answer a question. REACTION stands for a phone's words around a quote; whether the
    quote is ours is for the thread to say, and `signal_of_words` reads it if not.
    """
    text = text[:LONGEST]
    own = OwnWords.of(more_stop_words)
    folded = fold(text)
    return Signal.NONE if _says_nothing_of_it(text, folded, own) else read_in_full(text, folded, own)


def read_in_full(text: str, folded: str, own: OwnWords) -> Signal:
    """Without a quick look before. `folded`: the text as `fold` gives it."""
    reaction = find_reaction(text)
    # No text of ours says nothing but STOP: in quotes, too, that is the lead's own word.
    if reaction is not None and reaction.is_known and Said(undisguise(fold(reaction.quote))).core not in _STOPPING:
        return Signal.REACTION
    return _read(text, folded, own)


def signal_of_words(text: str, *, more_stop_words: Collection[str] | OwnWords = ()) -> Signal:
    """As `signal`, of a text that is known to be no reaction. What stands in quotes may ask, and locks nothing."""
    text = text[:LONGEST]
    read = _read(text, fold(text), OwnWords.of(more_stop_words))
    return Signal.MAYBE_STOP if read is Signal.STOP else read


def is_platform_stop(text: str) -> bool:
    """Whether the platform acts on this text itself and sends its own goodbye."""
    return text.strip().casefold() == "stop"


def is_platform_start(text: str) -> bool:
    """Whether the platform opts the lead back in on this text itself."""
    return text.strip().casefold() == "start"


def may_ask_to_start(text: str) -> bool:
    """Of a lead who is opted out: may these words ask for texts again? They lift nothing; a person decides."""
    said = Said(undisguise(fold(text[:LONGEST])))
    return (
        said.whole in english.YES_WORDS
        or said.core in english.YES_WORDS
        or signal(text) in (Signal.START, Signal.MAYBE_START)
    )


def _says_nothing_of_it(text: str, folded: str, own: OwnWords) -> bool:
    """Certain without reading: no word that any wording needs, nothing misspelt, no quote and no bare sign."""
    seen = glance(folded)
    if "stop" in seen or "do not" in seen or "did not" in seen or '"' in text:
        return False
    parts = seen.split()
    if not own.telling.isdisjoint(parts):
        return False
    if _may_be_misspelt(parts):
        return False
    is_said_of_texts = not _SAID_OF_TEXTS.isdisjoint(parts)
    telling = parts if is_said_of_texts else [part for part in parts if part not in _ABOUT_TEXTS]
    if not _TELLING.isdisjoint(telling) or not _BEGINNINGS.isdisjoint([part[:4] for part in telling]):
        return False
    if len(parts) > 2 and all(len(part) == 1 for part in parts):
        return False
    if len(seen) <= _SHORT:
        squeezed = "".join(parts)
        if squeezed in SLIPS or "stop" in squeezed or squeezed[:2] in _STRETCHABLE:
            return False
    return text.isascii() or _is_plain(text)


def _may_be_misspelt(parts: list[str]) -> bool:
    """By one of the words: what is one slip away, stretched as "stooop" is, or like "unsubscribe"."""
    return not SLIPS.isdisjoint(parts) or any(
        (part[0] == "s" and part[-1] == "p") or (part[0] == "u" and 8 <= len(part) <= 14) for part in parts
    )


_STRETCHABLE: Final = words("st ss ns nm un")
# Quotes of any writing, what stands on its head, and signs that say it by themselves.
_NOT_PLAIN: Final = re.compile(
    f"[{english.ASKED_SIGNS}\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a\u300c\u300d\u0250\u0254\u01dd\u0279\u0287\u028d]"
)
_OTHER_WRITING: Final = re.compile("[\u0370-\u1fff\u3040-\uffef]")


def _is_plain(text: str) -> bool:
    return not _NOT_PLAIN.search(text) and not (len(text) <= _SHORT and _OTHER_WRITING.search(text))


def _read(text: str, folded: str, own: OwnWords) -> Signal:
    said = Said(undisguise(folded))
    if not said.whole:
        return Signal.MAYBE_STOP if any(sign in text for sign in english.ASKED_SIGNS) else Signal.NONE
    if said.whole == "start" and not said.is_question and text.strip(_SURROUNDING).casefold() == "start":
        return Signal.START
    if said.whole in english.HELP_WORDS:
        return Signal.HELP
    verdict = _revocation(said, own)
    if verdict is not Signal.STOP and english.TAKEN_BACK.search(said.whole):
        return Signal.MAYBE_START
    if verdict is Signal.STOP and any(sign in text for sign in english.LAUGHTER):
        return Signal.MAYBE_STOP
    if verdict is not Signal.NONE:
        return verdict
    if said.core == "start" or said.core in _MAYBE_START or english.MAY_START.search(said.whole):
        return Signal.MAYBE_START
    upright = turn_over(text)
    if upright and _revocation(Said(fold(upright)), own) is not Signal.NONE:
        return Signal.MAYBE_STOP
    return Signal.NONE


_MAYBE_START: Final = english.MAYBE_START_WORDS | other_languages.MAYBE_START_LINES
_SURROUNDING: Final = " \t\r\n.!\"'\u201c\u201d\u2018\u2019\u00a0"


def _revocation(said: Said, own: OwnWords) -> Signal:
    if _is_clear(said, own):
        is_asked = any(clause.is_question and _is_about_stopping(clause, own) for clause in said.clauses)
        is_elsewhere = any(_asks_for_texts(clause) for clause in said.clauses)
        return Signal.MAYBE_STOP if is_asked or is_elsewhere else Signal.STOP
    return Signal.MAYBE_STOP if _is_likely(said) else Signal.NONE


def _is_clear(said: Said, own: OwnWords) -> bool:
    if said.whole in _ALONE or said.whole in own.wholes or said.core in own.wholes:
        return True
    if said.core in other_languages.STOP_LINES or _is_only_stop_words(said.whole):
        return True
    return any(_ends_texts(clause.core) for clause in said.clauses)


def _is_about_stopping(clause: Clause, own: OwnWords) -> bool:
    core = clause.core
    return (
        not _STOPPING.isdisjoint(core.split())
        or core in other_languages.STOP_LINES
        or core in own.wholes
        or _ends_texts(core)
    )


_STOPPING: Final = _STOP_WORDS | _ALONE | english.CEASE


def _asks_for_texts(clause: Clause) -> bool:
    words_of_it = clause.words
    return (
        english.invites(words_of_it)
        or other_languages.invites(words_of_it)
        or bool(english.ANOTHER_NUMBER.search(words_of_it))
    )


def _ends_texts(core: str) -> bool:
    """A whole clause that says it clearly: "stop texting me", "I revoke my consent", "deje de mandarme mensajes"."""
    if english.REVOKED.fullmatch(core) or other_languages.CEASES.fullmatch(core):
        return True
    first, *rest = core.split() or [""]
    if first not in english.CEASE:
        return False
    said = next((word for word in rest if word not in english.BEFORE_WHAT_CEASES), "")
    return bool(WHAT_CEASES.fullmatch(said)) and all(
        word in english.BESIDES or WHAT_CEASES.fullmatch(word) for word in rest
    )


def _is_only_stop_words(whole: str) -> bool:
    said = [word for word in whole.split() if word not in COURTESIES]
    return any(word in _STOP_WORDS for word in said) and _STOP_WORDS.union(english.SCRIPT_WORDS).issuperset(said)


def _is_likely(said: Said) -> bool:
    if said.core in _ALONE or said.core in english.ASKED_ALONE or said.whole in english.ASKED_ALONE:
        return True
    if any(_is_asked(clause) or _turns_on_stop(clause.core) for clause in said.clauses):
        return True
    squeezed = said.whole.replace(" ", "")
    # "I quit" is no slip of "quit".
    is_sentence = said.whole.partition(" ")[0] in ("i", "a", "we") and squeezed != said.whole
    if squeezed in _STOP_WORDS or (not is_sentence and (is_slip(squeezed) or is_glued(squeezed))):
        return True
    return _is_likely_wording(" ".join(clause.words for clause in said.clauses if clause.core))


def _is_asked(clause: Clause) -> bool:
    core = clause.core
    if any(said in english.ASKED_AS_CLAUSE or said in _FOREIGN for said in (core, _keep_no(clause.words))):
        return True
    first, _, rest = core.partition(" ")
    second = rest.partition(" ")[0]
    if is_slip_before(first, second):
        return True
    if not is_slip(first) and not is_glued(first):
        return False
    return not rest or bool(WHAT_CEASES.fullmatch(second))


def _keep_no(words_of_it: str) -> str:
    """Without courtesies around it, but for "no": one by itself, it is part of "no texts" and of "no mas"."""
    said = strip_end(words_of_it).split()
    while said and said[0] in COURTESIES and said[0] not in ("no", "nao", "ya"):
        said.pop(0)
    return " ".join(said)


def _is_likely_wording(wording: str) -> bool:
    if english.LIKELY.search(wording):
        return True
    if _may_be_foreign(wording) and other_languages.LIKELY.search(wording):
        return True
    if english.WRONG.search(wording) and "stop" in wording.split():
        return True
    for not_called, other_channel in (
        (english.DO_NOT_CALL, english.OTHER_CHANNEL.search),
        (other_languages.DO_NOT_CALL, lambda text, at: other_languages.invites(text[at:])),
    ):
        ends = [found.end() for found in not_called.finditer(wording)]
        if ends and not other_channel(wording, ends[-1]):
            return True
    return False


def _may_be_foreign(wording: str) -> bool:
    return not other_languages.BEGINNINGS.isdisjoint([word[:4] for word in wording.split()])


def _turns_on_stop(core: str) -> bool:
    """Whether the clause begins or ends with "stop" and is not about a bus."""
    said = core.split()
    if "stop" not in said:
        return False
    begins = said[0] == "stop" and (len(said) == 1 or said[1] not in english.NOT_AFTER_STOP)
    ends = said[-1] == "stop" and len(said) > 1 and said[-2] not in english.NOT_BEFORE_STOP
    return begins or ends
