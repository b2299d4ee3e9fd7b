from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.campaigns.templates_preview import Mark, preview, swap
from engage.sms import merge_fields, segments

PIECES = st.lists(
    st.sampled_from(
        ["Hi ", "{{FirstName}}", "{{ City }}", "{{a.b*}}", "“", "{", "}}", "é", "😀", " … ", "{{FirstName}}"]
    ),
    max_size=8,
)


def of_kind(marks: tuple[Mark, ...], kind: str) -> list[str]:
    return [mark.text for mark in marks if mark.kind == kind]


@given(PIECES, st.dictionaries(st.sampled_from(["FirstName", "City", "a.b*"]), st.text(min_size=1, max_size=5)))
def test_preview_put_together_is_what_the_lead_gets(pieces: list[str], values: dict[str, str]) -> None:
    template = "".join(pieces)

    marks = preview(template, values)

    assert "".join(mark.text for mark in marks if mark.kind != "empty") == merge_fields.fill(template, values)


def test_filled_fields_and_empty_ones_are_marked() -> None:
    marks = preview("Hi {{FirstName}} from {{City}}!", {"FirstName": "Ada"})

    assert of_kind(marks, "field") == ["Ada"]
    assert of_kind(marks, "empty") == ["{{City}}"]
    assert marks[1].title == "{{FirstName}}"


def test_dear_characters_are_marked_with_their_names_wherever_they_come_from() -> None:
    marks = preview("Hi {{FirstName}}… ok", {"FirstName": "María"})

    assert of_kind(marks, "costly") == ["í", "…"]
    assert [mark.title for mark in marks if mark.kind == "costly"] == [
        "í latin small letter i with acute",
        "… horizontal ellipsis",
    ]


def test_what_was_filled_in_is_never_filled_in_turn() -> None:
    marks = preview("Hi {{FirstName}}", {"FirstName": "{{City}}", "City": "Troy"})

    assert "".join(mark.text for mark in marks) == "Hi {{City}}"


def test_swap_makes_plain_what_can_be_and_leaves_fields_alone() -> None:
    template = "It’s “on” … {{Client’s name}} – María"

    assert swap(template) == 'It\'s "on" ... {{Client’s name}} - María'
    assert segments.count(merge_fields.fill(swap("It’s “on”"), {})).encoding == "GSM-7"
