"""Every labelled text, and what must not change how a clear stop is read."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.sms.keywords import Signal, signal
from tests.engage.sms.corpus import SIGNALS, Labelled, read_corpus

CORPUS = read_corpus()
# So many of a hundred texts of a label may be read otherwise before the rules count as broken.
TOLERATED = 0.01

ALERT = {Signal.STOP, Signal.MAYBE_STOP}
INVISIBLE = "\u200b\u200c\u200d\u2060\u00ad\ufeff\u200e\u202a\u202c\u2066\u2069\ufe0f\ufe0e\u180e\u034f\U000e0061\u061c"
CLEAR = ["stop", "unsubscribe", "opt out", "stop all", "stop texting me", "stop sending me these messages", "revoke"]
COURTESIES = ["please", "thanks", "ok", "hi", "no", "sorry", "por favor", "gracias", "svp", "merci", "obrigado", ""]


def misses_of(label: str) -> list[Labelled]:
    return [entry for entry in CORPUS if entry.label == label and signal(entry.text) is not SIGNALS[label]]


def test_corpus_is_large_balanced_and_says_everything_once() -> None:
    counts = Counter(entry.label for entry in CORPUS)

    assert len(CORPUS) >= 600
    assert set(counts) == set(SIGNALS)
    assert all(counts[label] >= 150 for label in ("stop", "ask", "ordinary"))
    assert [text for text, count in Counter(entry.text for entry in CORPUS).items() if count > 1] == []
    assert all(entry.reason for entry in CORPUS)


@pytest.mark.parametrize("label", SIGNALS)
def test_texts_are_read_as_they_are_labelled(label: str) -> None:
    missed = misses_of(label)
    for entry in missed:
        print(f"{label}: {entry.text!r} is read as {signal(entry.text).value} ({entry.reason})")

    allowed = 0 if label in ("stop", "start") else TOLERATED * sum(entry.label == label for entry in CORPUS)
    assert len(missed) <= allowed


def test_no_revocation_is_passed_over() -> None:
    revocations = [entry for entry in CORPUS if entry.label in ("stop", "ask")]

    assert [entry.text for entry in revocations if signal(entry.text) not in ALERT] == []


def test_nothing_but_a_clear_stop_locks() -> None:
    others = [entry for entry in CORPUS if entry.label != "stop"]

    assert [entry.text for entry in others if signal(entry.text) is Signal.STOP] == []


def full_width(text: str) -> str:
    return "".join(
        chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else "\u3000" if sign == " " else sign for sign in text
    )


def mathematical(text: str) -> str:
    return "".join(chr(0x1D400 + ord(sign) - 65) if "A" <= sign <= "Z" else sign for sign in text.upper())


@given(st.sampled_from(CLEAR), st.data())
def test_what_cannot_be_seen_does_not_change_a_clear_stop(text: str, data: st.DataObject) -> None:
    between = data.draw(st.lists(st.text(INVISIBLE, max_size=3), min_size=len(text) + 1, max_size=len(text) + 1))

    said = between[0] + "".join(sign + hidden for sign, hidden in zip(text, between[1:], strict=True))

    assert signal(said) is Signal.STOP


@given(
    st.sampled_from(CLEAR),
    st.sampled_from([str.upper, str.lower, str.title, str.swapcase, full_width, mathematical]),
    st.sampled_from(COURTESIES),
    st.sampled_from(COURTESIES),
    st.sampled_from(["", ".", "!", "!!!", " \U0001f6d1", "\n"]),
)
def test_case_width_and_courtesies_do_not_change_a_clear_stop(text, change, before, after, end) -> None:
    assert signal(change(f"{before} {text} {after}{end}".strip())) is Signal.STOP


LOOK_ALIKES = {
    "s": "\u0455\u03c2\ua731$5\u0405\U0001d42c\U0001f142",
    "t": "\u0442\u03c4\u1d1b\u0422\U0001d42d\u01ad",
    "o": "\u043e\u03bf\u1d0f0\u041e\u00f8\u00f3\U0001d428\u0585",
    "p": "\u0440\u03c1\u1d18\u0420\U0001d429\u2117",
}


@given(st.tuples(*(st.sampled_from(letter + LOOK_ALIKES[letter]) for letter in "stop")).map("".join))
def test_look_alike_letters_and_digits_are_read_as_what_they_look_like(word: str) -> None:
    assert signal(word) in ALERT
    assert signal(f"{word} please") in ALERT


def one_slip(word: str) -> st.SearchStrategy[str]:
    places = st.integers(0, len(word) - 1)
    letters = st.sampled_from("abcdefghijklmnopqrstuvwxyz")
    return st.one_of(
        places.map(lambda place: word[:place] + word[place + 1 :]),
        places.map(lambda place: word[:place] + word[place] + word[place:]),
        places.filter(lambda place: place > 0).map(
            lambda place: word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]
        ),
        st.tuples(places, letters).map(lambda slip: word[: slip[0]] + slip[1] + word[slip[0] + 1 :]),
    )


# The words of their own that one slip makes of these.
MEANT = {"top", "sop", "stoop", "shop", "step", "slop", "stow", "atop", "swop", "scop", "stob", "stoa", "stot"}


@given(st.sampled_from(["stop", "unsubscribe", "optout"]).flatmap(one_slip))
def test_one_slip_in_a_message_of_one_word_asks_a_person(word: str) -> None:
    expected = {Signal.NONE, Signal.MAYBE_STOP} if word in MEANT else ALERT
    assert signal(word) in expected
    assert signal(word.upper() + "!") in expected
