"""Fields as other programs write them are named: nobody fills them."""

from __future__ import annotations

import time

import pytest

from console.campaigns.templates_lint import lint
from engage.sms.merge_fields import as_text, foreign_fields

FIELDS = ["Phone", "FirstName", "Policy Number", "Straße"]


@pytest.mark.parametrize(
    "written",
    [
        "[FirstName]",
        "[[FirstName]]",
        "%FirstName%",
        "%%FirstName%%",
        "<<FirstName>>",
        "<FirstName>",
        "((FirstName))",
        "#FirstName#",
        "$FirstName",
        "${FirstName}",
        "*|FirstName|*",
        "__FirstName__",
        "{FirstName}",
        "{{FirstName}",
        "@FirstName@",
        "~FirstName~",
        "\u00abFirstName\u00bb",
        "&#123;&#123;FirstName&#125;&#125;",
        "&lt;FirstName&gt;",
        "\uff5b\uff5bFirstName\uff5d\uff5d",
        "\uff3bFirstName\uff3d",
        "[first name]",
        "[FIRST_NAME]",
        "[ FirstName ]",
        "[Policy-Number]",
        "<STRASSE>",
        "<%= FirstName %>",
        "{!Contact.FirstName}",
        "%recipient.FirstName%",
        "[FirstName:there]",
    ],
)
def test_field_in_foreign_brackets_is_named(written: str) -> None:
    assert len(foreign_fields(f"Hi {written}, this is Northfield.", FIELDS)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Hi {{FirstName}}, your {{ Policy Number }} is due.",
        "Hi FirstName",
        "Call (now) or reply *YES* [today] for 20% off",
        "Reply #1",
        "{{FirstName}} <{{Phone}}>",
        "",
    ],
)
def test_what_is_filled_or_no_field_is_not_named(text: str) -> None:
    assert foreign_fields(text, FIELDS) == ()


def test_writer_and_approver_read_what_will_not_be_filled() -> None:
    text = "Hi [FirstName], *|FNAME|*, this is Northfield Learning. Reply STOP to opt out."

    findings = lint("outgoingMessage", text, fields=FIELDS, texts={})

    assert [(finding.rule, finding.words.split("\u201d")[0]) for finding in findings] == [
        ("foreign-field", "\u201c[FirstName]"),
        ("foreign-field", "\u201c*|FNAME|*"),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("a", "a"),
        (True, "true"),
        (5, "5"),
        (1.5, "1.5"),
        (["a", "b"], '["a", "b"]'),
        ({"a": None}, '{"a": null}'),
    ],
)
def test_value_of_any_type_is_text(value: object, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize("piece", ["[", "[a", "[ a ", "_", "%a", "*|", "[a.a", "<<a "])
def test_long_rows_of_signs_take_time_that_their_length_explains(piece: str) -> None:
    begun = time.process_time()
    foreign_fields(piece * 5_000, FIELDS)

    assert time.process_time() - begun < 1
