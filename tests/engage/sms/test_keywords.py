import random
import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.sms.keywords import OwnWords, Signal, is_platform_start, is_platform_stop, may_ask_to_start, signal
from engage.sms.keywords.folding import fold
from engage.sms.keywords.reading import read_in_full


def cases(text: str) -> list[str]:
    return text.split(" | ")


CLEAR = cases(
    "STOP | stop |  Stop.  | STOP!!! | 'Stop' | stop \U0001f6d1 | S T O P | s.t.o.p. | stopall | stop all | STOP-ALL"
    " | unsubscribe | Unsub | cancel | End. | quit | revoke | optout | opt out | Opt-Out | stop2quit | stop to quit"
    " | stop=quit | Stop 2 Quit | text STOP to end | stop please | Please stop | STOP STOP STOP | ok stop | No, stop"
    " | stop, thank you | Stop right now! | Not interested. Stop | stop unsubscribe | please unsubscribe"
    " | stop\n\nthanks"
    " | stop texting me | Stop messaging me | STOP TEXTING | stop sending me these texts | quit texting me"
    " | Please stop contacting me at this number | stop all texts | stop these messages | stop calling and texting me"
    " | Stop texting me. Who is this? | I\u2019m not interested, stop texting me! | I revoke my consent"
    " | \u201cSTOP\u201d | \uff33\uff34\uff2f\uff30 | \u24c8\u24c9\u24c4\u24c5 | st\u00f3p"
)
LIKELY = cases(
    "remove me | Please remove me from your list | take me off this list | take my name off your call list"
    " | get me off the list | lose my number | delete my number | don't contact me | Don\u2019t text me again"
    " | do not text"
    " | DO NOT CALL ME | leave me alone | wrong person, stop | Wrong number please stop"
    " | stop, you have the wrong number"
    " | unsubscribe me | unsubscribe me from this | how do I unsubscribe | opt me out | I want to opt out"
    " | can you stop"
    " | I said stop | make this stop | Stop it | stop at once | stop harassing my mother | if you don't stop texting me"
    " | no more texts"
    " | I don't want any more messages | I don't want to hear from you | please cancel | cease and desist"
    " | end these texts | Who is this? Stop. | I withdraw my permission"
)
ORDINARY = cases(
    " |    | \U0001f44d\U0001f3fd | ... | Yes | ok | no thanks | not interested | wrong number"
    " | cancel my appointment | Can I cancel? | by the end of the week | I quit my job | at the end"
    " | start when you like"
    " | I'll stop by tomorrow | Stop by anytime | the bus stop | which is the next stop? | I can't stop laughing"
    " | don't stop | Please don't stop texting me | Love these! Don't stop texting me | nonstop flights | more info"
    " | Please don't call me, text instead | I didn't get your text | can you help me"
)


@pytest.mark.parametrize("text", CLEAR)
def test_clear_revocation_is_stop(text: str) -> None:
    assert signal(text) is Signal.STOP


@pytest.mark.parametrize("text", LIKELY)
def test_likely_revocation_is_for_a_person_to_answer(text: str) -> None:
    assert signal(text) is Signal.MAYBE_STOP


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_says_nothing_about_consent(text: str) -> None:
    assert signal(text) is Signal.NONE


@pytest.mark.parametrize("text", ["START", "start.", " \u201cStart\u201d "])
def test_start_words(text: str) -> None:
    assert signal(text) is Signal.START


@pytest.mark.parametrize(
    "text", ["Unstop", "start?", "start please", "st\u200bart", "STAR\u0422", "subscribe", "opt in"]
)
def test_what_the_platform_does_not_take_for_start_is_for_a_person_to_answer(text: str) -> None:
    assert signal(text) is Signal.MAYBE_START


@pytest.mark.parametrize("text", ["HELP", "help?", "Info", "info!"])
def test_help_words(text: str) -> None:
    assert signal(text) is Signal.HELP


def test_yes_is_not_an_opt_in() -> None:
    assert signal("YES") is Signal.NONE


@pytest.mark.parametrize(("text", "may"), [("YES", True), ("s\u00ed", True), ("unstop", True), ("Who is this?", False)])
def test_of_a_lead_who_is_opted_out_yes_may_ask_for_texts(text: str, may: bool) -> None:
    assert may_ask_to_start(text) is may


def test_words_of_the_workspace_act_when_given() -> None:
    words = ["PAUSA", "basta ya", ""]

    assert signal("Pausa!") is Signal.NONE
    assert signal("P\u00e1usa!", more_stop_words=words) is Signal.STOP
    assert signal("pausa por favor", more_stop_words=words) is Signal.STOP
    assert signal("Basta ya", more_stop_words=words) is Signal.STOP
    assert signal("pausa?", more_stop_words=words) is Signal.MAYBE_STOP
    assert signal("pausa de dos horas", more_stop_words=words) is Signal.NONE
    assert signal("\U0001f44d", more_stop_words=words) is Signal.NONE


@pytest.mark.parametrize(
    ("text", "is_stop", "is_start"),
    [
        ("STOP", True, False),
        (" stop\n", True, False),
        ("Start", False, True),
        ("stop.", False, False),
        ("unstop", False, False),
    ],
)
def test_what_the_platform_acts_on_by_itself(text: str, is_stop: bool, is_start: bool) -> None:
    assert is_platform_stop(text) is is_stop
    assert is_platform_start(text) is is_start


@given(st.sampled_from(["stop", "STOP", "Unsubscribe", "opt out"]), st.text(alphabet=" \n.!\"'\u201d\U0001f6d1"))
def test_signs_around_a_stop_word_never_hide_it(word: str, signs: str) -> None:
    assert signal(signs + word + signs) is Signal.STOP


@given(st.text(max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    assert signal(text) in Signal


def test_very_long_text_is_cut_before_it_is_read() -> None:
    assert signal("wrong number " * 100_000 + "stop") is Signal.NONE


PIECES = cases(
    "s.t.o.p | S T O P | st'op | sto-p | un subscribe | opt-out | opt out | o p t | don't | do not | text me | lose"
    " | wrong number | take me off | your list | leave | alone | no more | msgs | end | quit | cancel | cease | , | ."
    " | my number | ! | ? | hello | price | 7 | - | _ | ' | remove us | withdraw | permission | help | start | info"
    " | never | call again | stooop | upsubscribe | text | message | sms | close | chat | hear this | optoutnow"
    " | enlever | mon | supprime | notre | ray"
)


@given(st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join) | st.text(max_size=40))
def test_the_quick_look_never_overlooks_what_the_full_reading_finds(text):
    assert signal(text) is read_in_full(text, fold(text), OwnWords())


@pytest.mark.parametrize(
    "text",
    [
        "Hello there. Stooop",
        "I have what I need from you, thank you very much for the information. STPO",
        "Please close this chat",
        "Supprimer mon numero",
    ],
)
def test_what_stands_in_one_clause_of_several_asks_a_person(text: str) -> None:
    assert signal(text) in (Signal.MAYBE_STOP, Signal.STOP)


@pytest.mark.parametrize(
    "text", ["Text me at noon", "Is this a text from my bank?", "I got the message, see you there"]
)
def test_word_for_texts_alone_asks_nothing(text: str) -> None:
    assert signal(text) is Signal.NONE


HOSTILE = {
    "two ways to read one pair of words": ("stop ", "text messages ", "zebra"),
    "objects of a clause": ("stop texting ", "all the these your texts ", "zebra"),
    "a channel that is refused again and again": ("", "dont call me ", "text"),
    "half of a wording that needs another half": ("", "wrong number ", "sto"),
    "words before a list that never comes": ("", "take off my the ", "zebra"),
    "letters spelled out": ("", "s.t.o.p.", "!"),
    "a quote that opens again and again": ('liked "', '" ', "x"),
    "one character that folds into eighteen": ("stop ", "\ufdfa", "x"),
    "invisible characters": ("stop", "\u200b", "x"),
    "blanks before a quote": ("liked", " ", '"'),
    "a signature that goes on": ("stop. sent from my ", "a", "! a a a a a a"),
    "dashes": ("stop texting me ", "- ", "z"),
    "one letter": ("", "s", "top"),
    "words run together": ("", "stop", "x"),
    "a sentence of another language": ("", "no me escriba de baja cancel mi ", "x"),
    "a number that never comes": ("stop texting me. ", "use to at on ", "x"),
    "many clauses": ("", "stop? ", "x"),
    "digits amid letters": ("", "5t0p1", "x"),
    "quotes that open": ("", "\u201c", "x"),
    "flags": ("", "\U0001f1fa\U0001f1f8", ""),
    "letters on their head": ("", "\u0287sop ", "x"),
    "emoji before a quote": ("\U0001f44d", "\U0001f44d", ' to "x"'),
    "an article again and again": ("cancel ", "the ", "x"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_text_is_read_for_longer_than_its_length_explains(kind: str) -> None:
    begin, repeated, end = HOSTILE[kind]

    def seconds(length: int) -> float:
        text = (begin + repeated * (length // len(repeated)))[: length - len(end)] + end
        tries = []
        for _ in range(5):
            began_at = time.process_time()
            signal(text)
            tries.append(time.process_time() - began_at)
        return min(tries)

    # By the time a doubling shows at 350 characters it would take a quarter of a second there.
    assert all(seconds(length) < 0.05 for length in (100, 150, 200, 250, 300, 350))
    # Four times the length: linear is 4, quadratic 16. Below a millisecond the clock decides, not the text.
    assert seconds(4_000) < 8 * max(seconds(1_000), 0.001)


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_longest_text_is_read_in_five_milliseconds(kind: str) -> None:
    begin, repeated, end = HOSTILE[kind]
    text = (begin + repeated * 4_000)[: 4_000 - len(end)] + end

    assert quickest(lambda: signal(text)) < 0.005


NEVER_SEEN = {
    "all that is made of others": lambda character: unicodedata.decomposition(character),
    "signs": lambda character: unicodedata.category(character) == "So",
    "small letters": lambda character: unicodedata.category(character) == "Ll",
    "marks": lambda character: unicodedata.category(character) == "Mn",
    "characters of all planes": lambda character: True,
}


@pytest.mark.parametrize("kind", NEVER_SEEN)
def test_characters_never_seen_before_are_read_in_five_milliseconds(kind: str) -> None:
    every = [chr(code) for code in range(0x250, 0x30000) if unicodedata.category(chr(code)) not in ("Cn", "Cs")]
    of_kind = [character for character in every if NEVER_SEEN[kind](character)]
    random.Random(7).shuffle(of_kind)
    text = "".join(of_kind * 4)[:4_000]

    assert quickest(lambda: signal(text)) < 0.005


def quickest(act: Callable[[], object]) -> float:
    """Seconds of the processor; where others keep it busy, those of one that is not."""
    tries, counts = [], []
    for _ in range(7):
        began_at = time.process_time()
        act()
        tries.append(time.process_time() - began_at)
        began_at = time.process_time()
        sum(range(100_000))
        counts.append(time.process_time() - began_at)
    # So long a quiet core of this year takes to count.
    return min(tries) * min(1.0, 0.0015 / min(counts))


def test_of_what_is_forged_longer_than_any_text_only_the_beginning_is_read() -> None:
    assert signal("hello " * 1_000 + ". stop") is Signal.NONE
    assert signal("stop texting me. " + "hello " * 200_000) is Signal.STOP
