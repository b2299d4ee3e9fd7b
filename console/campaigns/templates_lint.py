"""What a reader, a carrier or the platform would object to in a template. Pure: texts in, findings out.

An error keeps a text from being proposed; a warning is for the writer and for who approves.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from engage.sms import merge_fields

FIRST: Final = "outgoingMessage"
HELP: Final = "helpMessage"
STOP: Final = "stopMessage"
# Carriers join the parts of a text up to about this length.
LONGEST: Final = 1_600


@dataclass(frozen=True)
class Finding:
    """`rule` is its name in pages and tests; `words` are for people."""

    rule: str
    words: str
    is_error: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Filtered by carriers, because nobody can see where they lead.
_SHORTENERS: Final = _words(
    "adf.ly bit.do bit.ly bitly.com bl.ink buff.ly clck.ru cutt.ly dlvr.it fb.me goo.gl goo.su is.gd j.mp lnkd.in ow.ly"
    " qr.ae rb.gy rebrand.ly s.id shorturl.at shorte.st soo.gd su.pr t.co t.ly tiny.cc tinyurl.com tr.im trib.al v.gd"
    " x.co"
)
_ANY_SHORTENER: Final = "|".join(map(re.escape, sorted(_SHORTENERS, key=lambda name: (-len(name), name))))
_SHORTENER: Final = re.compile(rf"(?<![\w.@-])(?<![^/]/)(?:www\.)?({_ANY_SHORTENER})(?![\w-]|\.\w)", re.IGNORECASE)
_STOP_WORD: Final = re.compile(r"\bSTOP\b")
_OPT_OUT: Final = re.compile(
    r"\b(?:reply|text|txt|send|type|respond|answer|with)\b[\s:]+(?:with\s+|the word\s+)?[\"'\u201c\u2018]?"
    r"(?:stop|end|quit|cancel|unsubscribe)\b|\bstop\s*(?:=|2|to)\s*(?:end|quit|opt|unsub|cancel|stop)"
    r"|\bopt(?:ing)?[ -]?out\b|\bunsubscribe\b|\bto stop\b",
    re.IGNORECASE,
)
_LETTERS: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
# Written in capitals because they are what to answer, or because they are names of things.
_CAPITALS_ARE_FINE: Final = _words(
    "STOP STOPALL START UNSTOP HELP INFO END QUIT CANCEL UNSUBSCRIBE YES NO OK SMS MMS USA FAQ PDF LLC INC ASAP"
)
# A name is read from its beginning only, or a long one would be read again from each of its hyphens.
_HOST: Final = r"(?<![\w-])[\w-]+\.(?:com|net|org|io|co|us|example)\b"
_CONTACT: Final = re.compile(rf"https?://|\bwww\.|@\w|{_HOST}|\d{{3}}\D{{0,3}}\d{{4}}")
_REPLIES: Final = re.compile(r"\breply\b|\btext(?:ing)? (?:us|here|back)\b|\bthis number\b", re.IGNORECASE)
_GOODBYE: Final = re.compile(r"\bopted[ -]?out\b|\bunsubscribed\b|\bremoved\b", re.IGNORECASE)
# "You will not hear from us again": the one somewhere after the other.
_NO: Final = re.compile(r"\b(?:no|not|never|stop)\b", re.IGNORECASE)
_MORE: Final = re.compile(r"\b(?:texts?|messages?|again|more|hear)\b", re.IGNORECASE)
_BRACE: Final = re.compile(r"[{}]")
# How a text says who is writing: "this is Northfield", "Brightroof here", "Northfield: …", "from Northfield Learning".
_CAPITAL: Final = "[A-Z\u00c0-\u00de]"
_INTRODUCTION: Final = re.compile(
    r"\b(?:this is|it['\u2019]s|i am|i['\u2019]m|we are|we['\u2019]re|my name is)\s+(?:\w+\s+(?:at|from|with)\s+)?"
    rf"{_CAPITAL}|\b{_CAPITAL}\w*+\s++here\b|^\s*{_CAPITAL}[\w&'. -]{{1,40}}:"
    rf"|\b(?:from|at|with|by)\s+{_CAPITAL}\w+\s+{_CAPITAL}\w+"
)
_NAME: Final = re.compile(rf"\b{_CAPITAL}[\w-]{{2,}}")
_NO_NAMES: Final = _words(
    "Reply Text Txt Stop Start Help Thanks Thank Hello Hey Great Good Welcome Please Would Want May You Your Yes The"
    " This Our And For Done Awesome Call Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February"
    " March April June July August September October November December"
)
# Fields as other programs call them, whether the campaign has such a field or not.
_OFTEN_NAMED: Final = _words("FirstName LastName FullName FName LName First_Name Last_Name Phone Zip City State Email")


def lint(
    field: str,
    text: str,
    *,
    fields: Collection[str] | None,
    texts: Mapping[str, str],
    names: Iterable[str] = (),
    live: Collection[str] = (),
) -> list[Finding]:
    """Errors first. `texts`: all templates of the campaign; `names`: those of the account.

    `fields`: the merge fields of the campaign; None while nobody has said which it has. `live`: those that its live
    texts hold already, so that the platform may fill them although it does not name them.

    A template that is empty has nothing to object to: the platform then sends none.
    """
    if not text.strip():
        return []
    findings = [*_check_fields(text, fields, live), *_check_length(text), *_check_links(text), *_check_capitals(text)]
    if field == FIRST:
        findings += [*_check_opt_out(text), *_check_brand(text, texts, names)]
    if field == HELP and not (_CONTACT.search(text) or _REPLIES.search(text)):
        findings.append(Finding("contact", "It does not say how to reach you: a number, an address, or to reply."))
    if field == STOP and not _says_goodbye(text):
        findings.append(Finding("goodbye", "It does not say that no more texts will come."))
    return sorted(findings, key=lambda finding: not finding.is_error)


def _says_goodbye(text: str) -> bool:
    if _GOODBYE.search(text):
        return True
    no = _NO.search(text)
    return bool(no and _MORE.search(text, no.end()))


def _check_fields(text: str, fields: Collection[str] | None, live: Collection[str]) -> Iterable[Finding]:
    for name in merge_fields.unknown_fields(text, fields) if fields is not None else ():
        if name in live:
            words = f"Engage does not name the field {{{{{name}}}}}, but the live messages hold it already."
            yield Finding("unnamed-field", words)
            continue
        near = next((known for known in fields or () if _plain(known) == _plain(name)), "")
        hint = f" Did you mean {{{{{near}}}}}?" if near else ""
        yield Finding("field", f"This campaign has no field {{{{{name}}}}}.{hint}", is_error=True)
    for name in merge_fields.foreign_fields(text, [*(fields or ()), *_OFTEN_NAMED]):
        words = f"“{name}” will not be filled: leads would read it as it stands. A field is written {{{{FirstName}}}}."
        yield Finding("foreign-field", words)
    if _BRACE.search(merge_fields.fill(text, {})):
        yield Finding("braces", "There is a brace outside of a merge field. A field is written {{FirstName}}.")


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name)).casefold()


def _check_length(text: str) -> Iterable[Finding]:
    if len(text) > LONGEST:
        words = f"It has {len(text):,} characters; at most {LONGEST:,} can be sent."
        yield Finding("length", words, is_error=True)


def _check_links(text: str) -> Iterable[Finding]:
    for domain in dict.fromkeys(match[1].lower() for match in _SHORTENER.finditer(text)):
        yield Finding(
            "shortener", f"{domain} hides where the link leads, and carriers filter it. Use your own address."
        )


def _check_capitals(text: str) -> Iterable[Finding]:
    words = [word for word in _LETTERS.findall(merge_fields.fill(text, {})) if len(word) > 2]
    loud = [word for word in words if word.isupper() and word not in _CAPITALS_ARE_FINE]
    if len(loud) > 2 or (loud and len(loud) * 2 > len(words)):
        yield Finding(
            "capitals", f"Words in capitals read as shouting, and carriers take them for spam: {_some(loud)}."
        )


def _some(words: list[str]) -> str:
    return ", ".join(words[:3]) + (f" and {len(words) - 3} more" if len(words) > 3 else "")


def _check_opt_out(text: str) -> Iterable[Finding]:
    if not (_STOP_WORD.search(text) or _OPT_OUT.search(text)):
        words = "The first message should say how to end it, such as “Reply STOP to opt out”. Carriers ask for it."
        yield Finding("opt-out", words)


def _check_brand(text: str, texts: Mapping[str, str], names: Iterable[str]) -> Iterable[Finding]:
    """Who writes is named if the text introduces itself, or shares a proper name with the campaign's other texts."""
    plain = merge_fields.fill(text, {})
    known = {name for source in (*(texts[key] for key in texts if key != FIRST), *names) for name in _names_in(source)}
    if not (_INTRODUCTION.search(plain) or known.intersection(_names_in(plain))):
        words = "It does not say who is writing. Carriers ask for the name of the business in the first message."
        yield Finding("brand", words)


def _names_in(text: str) -> set[str]:
    found = _NAME.findall(merge_fields.fill(text, {}))
    return {name for name in found if name not in _NO_NAMES and not name.isupper()}
