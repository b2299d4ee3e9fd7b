from hypothesis import given
from hypothesis import strategies as st

from engage.sms.merge_fields import fields_in, fill, unknown_fields


def test_fields_are_named_once_in_order_of_appearance() -> None:
    template = "Hi {{FirstName}} {{ LastName }}, {{FirstName}} of {{Home Town}}"

    assert fields_in(template) == ("FirstName", "LastName", "Home Town")


def test_fill_puts_values_in_and_leaves_nothing_for_unknown_and_empty() -> None:
    template = "Hi {{FirstName}},{{ City }}{{Unknown}} bye"

    assert fill(template, {"FirstName": "Ada", "City": ""}) == "Hi Ada, bye"


def test_names_are_matched_exactly() -> None:
    assert fill("{{firstname}}", {"FirstName": "Ada"}) == ""
    assert unknown_fields("{{firstname}} {{FirstName}}", ["FirstName", "City"]) == ("firstname",)


def test_value_that_looks_like_a_field_is_sent_as_it_is() -> None:
    values = {"FirstName": r"{{LastName}}\1", "LastName": "Doe"}

    assert fill("{{FirstName}} {{LastName}}", values) == r"{{LastName}}\1 Doe"


def test_broken_and_empty_braces_stay_as_they_are_written() -> None:
    template = "{{}} {{ }} {FirstName} {{FirstName} {{First{Name}}"

    assert fields_in(template) == ()
    assert fill(template, {"FirstName": "Ada"}) == template


def test_nothing_is_evaluated() -> None:
    template = "{{ 1 + 1 }} {{a.__class__}} {% now %} %(a)s {0}"

    assert fill(template, {"a": "x"}) == "  {% now %} %(a)s {0}"


@given(st.text(max_size=60))
def test_text_without_fields_passes_through(text: str) -> None:
    if not fields_in(text):
        assert fill(text, {"FirstName": "Ada"}) == text
