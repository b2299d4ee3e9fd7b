"""Any disposition that the platform offers can be chosen, whatever it is called, and is sent to the letter."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from console.inbox.choices import choices_of
from engage.models import Command, Conversation
from engage.models.disposition_names import kept_name
from engage.outbox.guards import check_reply
from engage.outbox.refusals import Refused
from tests.factories import make_conversation
from tests.html import parse

NAMES = [
    "Call\nback",
    "Call\r\nback",
    "Call\rback",
    "\nback",
    "x" * 301,
    "x" * 5000,
    " Call back",
    "Call back ",
    "\u00a0Call\u00a0back",
    "Ca\u200bll",
    "\U0001f44d\U0001f3fd",
    "\u2764\ufe0f sold",
    "sha256:0",
    "<b>&amp;\"'",
    " ",
    "a\tb",
    "\u2028",
    "\uff33\uff4f\uff4c\uff44",
]


def offered(*names: str, **extra: Any) -> list[dict[str, Any]]:
    return [
        {"id": str(number), "disposition": name, "doNotContact": False} | extra for number, name in enumerate(names)
    ]


def press(client: Client, conversation: Conversation, place: int = 0, **fields: str) -> HttpResponse:
    """The button at that place, as a browser sends it: line breaks in a form's values become CR LF."""
    page = parse(client.get(f"/conversations/{conversation.id}/").content)
    value = page.by_id("disposition-form").every("button", name="name")[place].attributes["value"] or ""
    return post(client, conversation, value, **fields)


def post(client: Client, conversation: Conversation, name: str, **fields: str) -> HttpResponse:
    posted = name.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    return client.post(f"/conversations/{conversation.id}/disposition/", {"name": posted} | fields)


@pytest.mark.parametrize("name", NAMES)
def test_disposition_of_any_name_is_chosen_to_the_letter(client: Client, ada: User, name: str) -> None:
    conversation = make_conversation(dispositions=offered("Other", name))

    press(client, conversation, 1)

    assert Command.objects.get().text == name


@pytest.mark.parametrize("name", NAMES)
def test_name_itself_is_understood_as_a_form_changes_it(client: Client, ada: User, name: str) -> None:
    conversation = make_conversation(dispositions=offered("Other", name))

    post(client, conversation, name)

    assert Command.objects.get().text == name


def test_names_that_a_form_would_make_one_are_told_apart(client: Client, ada: User) -> None:
    names = ["a\nb", "a\r\nb", "a\rb", "a b"]
    conversation = make_conversation(dispositions=offered(*names))

    for place in range(4):
        press(client, conversation, place)

    assert list(Command.objects.order_by("id").values_list("text", flat=True)) == names


@pytest.mark.parametrize("at", [0, 1])
def test_of_two_with_one_name_any_that_means_do_not_contact_decides(client: Client, ada: User, at: int) -> None:
    entries = offered("Gone", "Gone", "Other")
    entries[at]["doNotContact"] = True
    conversation = make_conversation(dispositions=entries)

    asked = press(client, conversation)

    assert asked.status_code == 422
    assert not Command.objects.exists()
    words = parse(asked.content).by_id("disposition-form").text
    assert "offers “Gone” 2 times" in words
    assert "stops all texts" in words
    press(client, conversation, confirmed="true")
    assert Command.objects.get().text == "Gone"
    with pytest.raises(Refused, match="do not contact"):
        check_reply(conversation, timezone.now())


@pytest.mark.parametrize("other", ["gone", "Gone ", "Go\u200bne", "\u00a0Gone", "\uff27one"])
def test_name_that_reads_like_one_that_means_do_not_contact_asks_as_well(client: Client, ada: User, other: str) -> None:
    conversation = make_conversation(dispositions=[*offered(other), *offered("Gone", doNotContact=True)])

    assert press(client, conversation).status_code == 422


def test_one_name_is_offered_once(client: Client, ada: User) -> None:
    conversation = make_conversation(dispositions=offered("Sale", "Sale", "No"))

    assert [choice.name for choice in choices_of(conversation)] == ["Sale", "No"]


def test_name_that_is_not_offered_is_refused(client: Client, ada: User) -> None:
    conversation = make_conversation(dispositions=offered("a\nb", "a\rb"))

    assert post(client, conversation, "a\r\nb").status_code == 422
    assert not Command.objects.exists()


def test_long_names_that_begin_alike_are_kept_apart() -> None:
    names = ["x" * 300, "x" * 301, "x" * 400, "x" * 300 + "y"]

    kept = [kept_name(name) for name in names]

    assert len(set(kept)) == 4
    assert max(map(len, kept)) == 300
    assert kept[0] == names[0]


@pytest.mark.parametrize("name", ["\u200b", " ", "\u3164", "\u2800\u00ad"])
def test_button_of_a_name_that_shows_nothing_says_so(client: Client, name: str) -> None:
    conversation = make_conversation(dispositions=offered(name))

    page = parse(client.get(f"/conversations/{conversation.id}/").content)

    assert "A name that cannot be seen" in page.by_id("disposition-form").every("button", name="name")[0].text
