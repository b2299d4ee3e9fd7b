"""From connecting to an opt-out with a platform that speaks like no guide."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from engage.mirror.platform import client_for
from engage.mirror.projector import project_all
from engage.mirror.reading import read_conversation
from engage.mirror.reconcile import read_campaigns
from engage.models import Campaign, Conversation, Workspace
from engage.webhooks.tokens import forget_tokens
from tests.contract.account import named_account
from tests.contract.stranger import Stranger, moment, strange_platform

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.both_databases,
    pytest.mark.skipif(named_account() is not None, reason="a real account speaks its one dialect"),
]


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stranger]:
    forget_tokens()
    with strange_platform() as stranger:
        monkeypatch.setenv("ENGAGE_API_KEY", stranger.api_key)
        yield stranger


def connect(stranger: Stranger, *more: str) -> str:
    out = io.StringIO()
    origins = [f"--{part}-origin={stranger.url}" for part in ("core", "conversation", "widget")]
    call_command("connect_workspace", "Strange", "--org-id=1", "--workspace-id=14", *origins, *more, stdout=out)
    return out.getvalue()


def hear(body: dict[str, Any]) -> None:
    token = Workspace.objects.get().webhook_token.reveal()
    answer = Client().post(f"/hooks/engage/{token}/", json.dumps(body), "text/plain")
    assert answer.status_code == 204
    project_all()


def read() -> Conversation:
    conversation = Conversation.objects.select_related("workspace", "lead").get()
    read_conversation(conversation, client_for(conversation.workspace))
    conversation.refresh_from_db()
    return conversation


def test_account_is_connected_and_its_campaigns_are_shown(stranger: Stranger) -> None:
    said = connect(stranger)

    assert "Connected Strange: 2 campaigns." in said
    first, second = Campaign.objects.order_by("name")
    assert (first.remote_id, first.name, first.is_sending) == ("701", "First", True)
    assert (second.status, second.messages["outgoingMessage"]) == ("halted for review", "Hello of Second")
    assert first.schedule["monday"] == [{"start": 540, "end": 1020}]
    assert [entry["disposition"] for entry in first.document["dispositions"]] == ["Sold", "Remove"]


def test_key_that_is_refused_inside_of_a_200_is_refused(stranger: Stranger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGAGE_API_KEY", "another")

    with pytest.raises(CommandError, match="refuses this API key"):
        connect(stranger)


def test_thread_is_read_whoever_says_it(stranger: Stranger) -> None:
    connect(stranger)
    hear(stranger.webhook("sms.received", endpoints=stranger.endpoints()))

    conversation = read()

    thread = [(row.text, row.is_inbound, row.sent_at) for row in conversation.messages.in_order()]
    assert thread == [
        ("Hello, Txt STOP to end", False, moment(1)),
        ("Hi!", True, moment(2)),
        ("42", True, moment(3)),
        ("", True, moment(4)),
    ]
    assert conversation.is_confirmed
    assert not conversation.is_opted_out
    assert (conversation.campaign.name, conversation.lead.name) == ("First", "Ada")
    assert conversation.lead.number == "+15185550142"
    assert [entry["disposition"] for entry in conversation.dispositions] == ["Sold", "Remove"]


def test_reply_and_disposition_arrive_and_are_shown(stranger: Stranger) -> None:
    connect(stranger)
    hear(stranger.webhook("sms.received", endpoints=stranger.endpoints()))
    conversation = read()
    client = client_for(conversation.workspace)

    client.send_message(conversation.key, "You are welcome")
    client.choose_disposition(conversation.key, "Sold")
    conversation = read()

    assert [path for path, _ in stranger.posted] == ["/conversation/send", "/conversation/disposition"]
    assert conversation.messages.in_order().last().text == "You are welcome"  # type: ignore[union-attr]
    assert conversation.disposition == "Sold"


@pytest.mark.parametrize(
    "event",
    [
        {"type": "lead.opted_out", "leadId": 5551, "phone": "(518) 555-0142", "campaignId": 701},
        {"eventName": "LeadUnsubscribed", "data": {"lead": {"id": "5551", "phone": "518-555-0142"}}},
        {"event": "stop", "contact": {"lead": {"id": 5551}}},
    ],
)
def test_opt_out_is_heard_in_whatever_words(stranger: Stranger, event: dict[str, Any]) -> None:
    connect(stranger)
    hear(stranger.webhook("sms.received", endpoints=stranger.endpoints()))
    read()

    hear(event)

    assert Conversation.objects.get().is_opted_out
    assert read().is_opted_out
    assert Campaign.objects.count() == 2


def test_do_not_contact_is_known_though_the_conversation_lists_names_alone(stranger: Stranger) -> None:
    connect(stranger)
    hear(stranger.webhook("sms.received", endpoints=stranger.endpoints()))
    stranger.disposition = "Remove"

    assert read().is_opted_out


def test_conversation_that_is_refused_inside_of_a_200_is_no_answer_that_cannot_be_read(stranger: Stranger) -> None:
    connect(stranger)
    invented = {name: url.replace("k-5551", "k-1") for name, url in stranger.endpoints().items()}
    hear(stranger.webhook("sms.received", endpoints=invented))

    with pytest.raises(Exception, match="said inside of a 200"):
        read()

    assert not Conversation.objects.get().is_confirmed


def test_check_fits_and_says_what_it_read(stranger: Stranger) -> None:
    connect(stranger)
    hear(stranger.webhook("sms.received", endpoints=stranger.endpoints()))
    read()
    read_campaigns(Workspace.objects.get(), client_for(Workspace.objects.get()))
    out = io.StringIO()

    call_command("connect_workspace", "Strange", "--check", stdout=out)

    assert "Campaigns: 2 listed" in out.getvalue()
    assert "Read from end to end" in out.getvalue()
