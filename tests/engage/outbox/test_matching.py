"""Which text is our reply? Pure rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engage.outbox.matching import Match, Posted, Seen, Verdict, Window, fold, match

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LONG = "We open at nine tomorrow morning."


def posted(command_id: int = 1, text: str = LONG, *, after: float = 0, **fields: object) -> Posted:
    began = NOON + timedelta(seconds=after)
    values = {"baseline": frozenset(), "windows": (Window(began, began + timedelta(seconds=1)),)} | fields
    return Posted(command_id, text, **values)


def seen(message_id: int = 10, text: str = LONG, *, after: float = 0.5, **fields: object) -> Seen:
    return Seen(message_id, f"remote-{message_id}", text, NOON + timedelta(seconds=after), **fields)


def test_the_same_words_are_the_reply() -> None:
    assert match([posted()], [seen(9, "Something else entirely"), seen(10)]) == {1: Match(Verdict.EXACT, 10)}


def test_spaces_line_breaks_and_spelling_of_accents_do_not_matter() -> None:
    ours, theirs = posted(text="Cafe\u0301 at\n nine, then?"), seen(text=" Caf\u00e9 at nine,  then? ")

    assert match([ours], [theirs]) == {1: Match(Verdict.EXACT, 10)}


def test_words_that_were_there_before_prove_nothing() -> None:
    assert match([posted(baseline=frozenset({"remote-10"}))], [seen()]) == {}


def test_a_text_older_than_the_thread_was_proves_nothing() -> None:
    ours = posted(newest_before=NOON)

    assert match([ours], [seen(after=-600)]) == {}
    assert match([ours], [seen(after=-600, is_undated=True)]) == {1: Match(Verdict.EXACT, 10)}
    assert match([ours], [seen(after=-30)]) == {1: Match(Verdict.EXACT, 10)}


def test_seen_twice_is_told() -> None:
    assert match([posted()], [seen(10), seen(11)]) == {1: Match(Verdict.TWICE, 10)}


def test_two_replies_with_the_same_words_share_two_texts() -> None:
    found = match([posted(2, after=60), posted(1)], [seen(10, after=1), seen(11, after=61)])

    assert found == {1: Match(Verdict.EXACT, 10), 2: Match(Verdict.EXACT, 11)}


def test_of_two_replies_with_the_same_words_the_accepted_one_has_the_first_claim() -> None:
    found = match([posted(1), posted(2, after=60, is_accepted=True)], [seen(10, after=61)])

    assert found == {2: Match(Verdict.EXACT, 10)}


def test_of_two_tries_with_the_same_words_the_one_under_way_then_has_the_first_claim() -> None:
    found = match([posted(1), posted(2, after=600)], [seen(10, after=600.5)])

    assert found == {2: Match(Verdict.EXACT, 10)}


def test_short_words_made_while_we_posted_are_ours() -> None:
    assert match([posted(text="ok")], [seen(text="ok", after=1)]) == {1: Match(Verdict.EXACT, 10)}


def test_short_words_made_at_another_time_may_be_somebody_elses() -> None:
    assert match([posted(text="ok")], [seen(text="ok", after=40)]) == {1: Match(Verdict.ALIKE, 10)}


def test_short_words_of_an_accepted_reply_are_ours_at_any_time() -> None:
    assert match([posted(text="ok", is_accepted=True)], [seen(text="ok", after=40)]) == {1: Match(Verdict.EXACT, 10)}


def test_an_end_nobody_saw_is_taken_to_be_the_deadline() -> None:
    cut_off = posted(text="ok", windows=(Window(NOON, None),))

    assert match([cut_off], [seen(text="ok", after=24)]) == {1: Match(Verdict.EXACT, 10)}
    assert match([cut_off], [seen(text="ok", after=26)]) == {1: Match(Verdict.ALIKE, 10)}


def test_a_text_the_platform_changed_is_a_question() -> None:
    curly = seen(text="We open at nine tomorrow morning…")
    footer = seen(text=f"{LONG} Reply STOP to opt out, HELP for help.")

    assert match([posted()], [curly]) == {1: Match(Verdict.ALIKE, 10)}
    assert match([posted()], [footer]) == {1: Match(Verdict.ALIKE, 10)}
    assert match([posted()], [seen(text="We close at five.")]) == {}


def test_a_text_cut_into_parts_is_a_question_about_its_first_part() -> None:
    parts = [seen(9, "Hello there!"), seen(10, "We open at nine"), seen(11, "tomorrow"), seen(12, "morning.")]

    assert match([posted()], parts) == {1: Match(Verdict.ALIKE, 10)}


def test_the_text_the_platform_named_is_ours_whatever_became_of_it() -> None:
    named = posted(text="ok", remote_id="remote-11")

    assert match([named], [seen(10, "no"), seen(11, "OK!")]) == {1: Match(Verdict.EXACT, 11)}


texts = st.sampled_from(["ok", LONG, LONG + " ", "no", ""])


@given(st.lists(texts, max_size=6), st.lists(texts, max_size=6))
def test_no_text_proves_two_replies(ours: list[str], theirs: list[str]) -> None:
    replies = [posted(number, text, after=number) for number, text in enumerate(ours)]

    found = match(replies, [seen(100 + number, text, after=number) for number, text in enumerate(theirs)])

    claimed = [claim.message_id for claim in found.values()]
    assert len(claimed) == len(set(claimed))
    for command_id, claim in found.items():
        if claim.verdict is not Verdict.ALIKE:
            assert fold(theirs[claim.message_id - 100]) == fold(ours[command_id])
