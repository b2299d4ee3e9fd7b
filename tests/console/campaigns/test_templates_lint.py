from __future__ import annotations

import pytest

from console.campaigns.models import TEMPLATES
from console.campaigns.templates_lint import lint
from engage.sandbox.catalogue import CAMPAIGNS, Blueprint

FIELDS = ("Phone", "FirstName", "City", "Policy Number")
GOOD = "Hi {{FirstName}}, this is Northfield Learning. Reply STOP to opt out."


def rules(text: str, *, field: str = "outgoingMessage", others: tuple[str, ...] = ()) -> list[str]:
    texts = {f"text{place}": other for place, other in enumerate(others)} | {field: text}
    return [finding.rule for finding in lint(field, text, fields=FIELDS, texts=texts)]


def test_good_first_message_has_nothing_to_object_to() -> None:
    assert rules(GOOD) == []


def test_unknown_field_is_an_error_with_the_one_that_was_meant() -> None:
    findings = lint("helpMessage", "Reply, {{firstname}} {{Zip}}", fields=FIELDS, texts={})

    assert [(finding.rule, finding.is_error) for finding in findings] == [("field", True), ("field", True)]
    assert "Did you mean {{FirstName}}?" in findings[0].words
    assert "Did you mean" not in findings[1].words


def test_fields_nobody_named_are_not_called_unknown() -> None:
    assert lint("startMessage", "Welcome {{Anything}}", fields=None, texts={}) == []


@pytest.mark.parametrize(
    "text", ["{{FirstName}, this is Northfield. STOP ends", "{FirstName}: " + GOOD, "{{}} " + GOOD]
)
def test_brace_outside_of_a_field_is_pointed_out(text: str) -> None:
    assert "braces" in rules(text)


@pytest.mark.parametrize(
    "words",
    [
        "Reply STOP to opt out",
        "Txt stop to end",
        "STOP to quit",
        "stop=end",
        "Text “STOP” to unsubscribe",
        "To opt-out answer with the word stop",
        "Send END to stop these",
    ],
)
def test_many_ways_to_say_how_to_end_it_are_understood(words: str) -> None:
    assert "opt-out" not in rules(f"This is Northfield. {words}")


@pytest.mark.parametrize("words", ["Do not stop by", "Join us at the bus stop", "Is it the end of the day?", ""])
def test_first_message_without_a_way_to_end_it_is_warned_of(words: str) -> None:
    assert "opt-out" in rules(f"This is Northfield. {words}")


def test_only_the_first_message_needs_a_way_to_end_it() -> None:
    assert rules("Thanks, talk soon", field="responseMessage") == []


@pytest.mark.parametrize("link", ["bit.ly/3xYz", "https://tinyurl.com/abc", "HTTPS://BIT.LY/A", "see www.t.co/x."])
def test_link_shortener_is_warned_of(link: str) -> None:
    assert rules(f"{GOOD} {link}") == ["shortener"]


@pytest.mark.parametrize("link", ["https://northfield.example/bit.ly", "rabbit.ly/x", "at.co.uk", "me@t.co", "T.com"])
def test_own_address_is_not_taken_for_a_shortener(link: str) -> None:
    assert "shortener" not in rules(f"{GOOD} {link}")


def test_shouting_is_warned_of_but_not_keywords_and_names() -> None:
    assert rules(f"{GOOD} FREE MONEY NOW") == ["capitals"]
    assert rules(f"{GOOD} FREE, ask the FAQ or HELP") == []
    assert rules("BUY", field="responseMessage") == ["capitals"]


def test_brand_is_known_by_the_names_that_the_other_texts_share() -> None:
    text = "Hi {{FirstName}}, Harbor members renew this week. STOP ends"

    assert rules(text) == ["brand"]
    assert rules(text, others=("Harbor Auto Club members' desk",)) == []


def test_answers_say_how_to_reach_you_and_that_it_is_over() -> None:
    assert rules("We are here for you.", field="helpMessage") == ["contact"]
    assert rules("Northfield, call (518) 555-0126", field="helpMessage") == []
    assert rules("Goodbye!", field="stopMessage") == ["goodbye"]
    assert rules("You have been opted out.", field="stopMessage") == []


def test_text_too_long_to_be_sent_is_an_error() -> None:
    findings = lint("responseMessage", "x " * 801, fields=FIELDS, texts={})

    assert [(finding.rule, finding.is_error) for finding in findings] == [("length", True)]


def test_empty_template_has_nothing_to_object_to() -> None:
    assert rules("  \n") == []


@pytest.mark.parametrize("blueprint", CAMPAIGNS, ids=lambda blueprint: blueprint.topic)
def test_ordinary_campaigns_are_not_nagged_at(blueprint: Blueprint) -> None:
    texts = dict(zip(TEMPLATES, blueprint.messages, strict=True))
    fields = ("FirstName", "City")

    found = {field: [f.rule for f in lint(field, text, fields=fields, texts=texts)] for field, text in texts.items()}

    # The clearance neither says who writes nor how to end it.
    objections = ["opt-out", "brand"] if blueprint.topic == "clearance" else []
    assert found == {field: [] for field in TEMPLATES} | {"outgoingMessage": objections}


def test_field_that_only_the_live_text_names_is_no_error() -> None:
    texts = {"helpMessage": "Reply, {{Plan}} {{Zip}}"}

    findings = lint("helpMessage", texts["helpMessage"], fields=FIELDS, live={"Plan"}, texts=texts)

    assert [(finding.rule, finding.is_error) for finding in findings] == [("field", True), ("unnamed-field", False)]
