"""A folded text as its clauses, each without the courtesies around it."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from engage.sms.keywords import english, other_languages

COURTESIES: Final = english.COURTESIES | other_languages.COURTESIES
_ONE_WORD: Final = english.ONE_WORD | other_languages.ONE_WORD
_APART: Final = re.compile(rf"\b(?:{'|'.join(sorted(_ONE_WORD, key=len, reverse=True))})\b")
_BEGIN_APART: Final = frozenset(words.partition(" ")[0] for words in _ONE_WORD)
_SIGNS: Final = re.compile(r"[\W_]+")
_BLANKS: Final = "".join(chr(code) if chr(code).isalnum() else " " for code in range(128))
_CLAUSE_END: Final = re.compile(r"([.,;:!?()\n\u2013\u2014]+|(?<=\s)-+(?=\s))")
_SPELLED_OUT: Final = re.compile(r"\b\w(?: \w\b){2,}")
# The rest of a text of more is one clause.
_CLAUSES_AT_MOST: Final = 400
# "Don't stop texting" and "don't take me off the list" ask for more.
_GO_ON: Final = re.compile(r"(?:dont|never) (?:stop|remove|unsub\w*|take|delete|cancel|block)\b")
_SIGNATURE: Final = re.compile(r"(?:sent (?:from|via|with) (?:\w+ ){0,4}\w+|get outlook for \w+)")


class Clause(NamedTuple):
    """Part of a text up to a sign that ends it; `core`: without the courtesies around it, empty if it asks to go on."""

    words: str
    core: str
    is_question: bool


class Said:
    """A folded text as its clauses. `whole`: all of its words; `core`: those without courtesies around them."""

    def __init__(self, folded: str) -> None:
        parts = _CLAUSE_END.split(folded, maxsplit=_CLAUSES_AT_MOST)
        self.clauses: list[Clause] = []
        for said, end in zip(parts[::2], [*parts[1::2], ""], strict=True):
            flat = _flatten(said)
            if flat and not (self.clauses and _SIGNATURE.fullmatch(flat)):
                self.clauses.append(Clause(flat, _core(flat), "?" in end))
            elif self.clauses and "?" in end:
                last = self.clauses[-1]
                self.clauses[-1] = Clause(last.words, last.core, is_question=True)
        self.whole = _join_spelled_out(" ".join(clause.words for clause in self.clauses).split())
        self.core = strip_courtesies(self.whole)
        self.is_question = any(clause.is_question and clause.core for clause in self.clauses)


def _flatten(text: str) -> str:
    """Letters and digits, single spaces; emoji, quotes and other signs gone; "opt-out" and its like made one word."""
    said = (text.translate(_BLANKS) if text.isascii() else _SIGNS.sub(" ", text)).split()
    plain = _join_spelled_out(said)
    # "S.T.O.P." may be joined to a word that begins one of these; the expression is slow to find nothing.
    if _BEGIN_APART.isdisjoint(plain.split()):
        return plain
    return _APART.sub(lambda found: _ONE_WORD[found[0]], plain)


def _join_spelled_out(said: list[str]) -> str:
    """S.T.O.P. is stop."""
    text = " ".join(said)
    if [len(word) for word in said].count(1) < 3:
        return text
    return _SPELLED_OUT.sub(lambda found: found[0].replace(" ", ""), text)


def _core(clause: str) -> str:
    core = strip_courtesies(clause)
    return "" if _GO_ON.match(core) else core


def strip_courtesies(text: str) -> str:
    said = strip_end(text).split()
    begin = 0
    while begin < len(said) and said[begin] in COURTESIES:
        begin += 1
    return " ".join(said[begin:])


def strip_end(text: str) -> str:
    said = text.split()
    while said and said[-1] in COURTESIES:
        said.pop()
    return " ".join(said)
