"""A lock is lifted by a supervisor, with a reason; another stop locks again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.audit.models import AuditEntry
from engage.api.events import ConversationKind
from engage.api.wire import ConversationPayload
from engage.mirror.lifting import locks_mark
from engage.mirror.merge import merge
from engage.mirror.observations import ConversationObservation, Observations
from engage.models import Consent, Conversation, Workspace
from tests.engage.deliveries import body
from tests.factories import make_campaign, make_conversation, make_opt_out

pytestmark = pytest.mark.django_db


def tell_opt_out(conversation: Conversation, *, token: str = "", seconds: int = 0, words: str = "") -> None:
    """By webhook, as of now."""
    said = {"id": f"{seconds:024x}", "direction": "INBOUND", "timestamp": None, "message": words}
    lead = conversation.lead
    payload = body("OptOut", lead_id=lead.remote_id, phone=lead.phone, messages=[said] if words else [])
    payload["data"]["campaign"]["id"] = conversation.campaign.remote_id
    observation = ConversationObservation(
        ConversationPayload.model_validate(payload),
        timezone.now() + timedelta(seconds=seconds),
        kind=ConversationKind.OPT_OUT,
        token_name=token,
    )
    with transaction.atomic():
        merge(conversation.workspace_id, Observations(conversations=[observation]))
    conversation.refresh_from_db()


def lift(client: Client, conversation: Conversation, **fields: str) -> int:
    said = {"mark": locks_mark(conversation), "reason": "They rang and asked for it"} | fields
    return client.post(f"/conversations/{conversation.pk}/lift/", said, headers={"HX-Request": "true"}).status_code


def test_supervisor_lifts_a_lock_with_a_reason(sue_client: Client, sue: User) -> None:
    conversation = make_conversation()
    make_opt_out(conversation=conversation)
    Consent.objects.create(
        workspace_id=conversation.workspace_id,
        phone=conversation.lead.phone,
        kind=Consent.Kind.DO_NOT_CONTACT,
        at=timezone.now(),
        evidence="disposition:1",
    )

    assert lift(sue_client, conversation) == 200

    conversation.refresh_from_db()
    row = Consent.objects.get(kind=Consent.Kind.LIFTED)
    assert conversation.is_open
    assert (row.by, row.reason, row.lifted.count()) == (sue, "They rang and asked for it", 2)
    assert AuditEntry.objects.get(action="lifted lock").by == sue
    assert "They rang" in sue_client.get(f"/conversations/{conversation.pk}/").content.decode()


def test_another_stop_locks_again(sue_client: Client) -> None:
    conversation = make_conversation()
    make_opt_out(conversation=conversation)
    lift(sue_client, conversation)

    tell_opt_out(conversation)

    assert conversation.is_opted_out


def test_what_was_said_since_the_person_looked_is_not_lifted(sue_client: Client) -> None:
    conversation = make_conversation()
    make_opt_out(conversation=conversation)
    mark = locks_mark(conversation)
    tell_opt_out(conversation)

    assert lift(sue_client, conversation, mark=mark) == 409

    conversation.refresh_from_db()
    assert conversation.is_opted_out


def test_lift_without_a_reason_is_refused(sue_client: Client) -> None:
    conversation = make_conversation()
    make_opt_out(conversation=conversation)

    assert lift(sue_client, conversation, reason=" ") == 422
    assert not Consent.objects.filter(kind=Consent.Kind.LIFTED).exists()


def test_agent_lifts_nothing(client: Client) -> None:
    conversation = make_conversation()
    make_opt_out(conversation=conversation)

    assert lift(client, conversation) == 403
    assert client.get("/opt-outs/").status_code == 403
    assert client.post("/opt-outs/lift/", {"reason": "no", "evidence": ["1"]}).status_code == 403


def test_opt_outs_that_engage_does_not_show_stand_together_by_token(sue_client: Client) -> None:
    campaign = make_campaign()
    first, second, third = (make_conversation(campaign=campaign, name=name) for name in ("Ann", "Bob", "Cyd"))
    tell_opt_out(first, token="aaaa")
    tell_opt_out(second, token="aaaa", seconds=1)
    tell_opt_out(third, token="bbbb", seconds=2)
    make_opt_out(conversation=make_conversation(campaign=campaign, name="Shown"))

    page = sue_client.get("/opt-outs/").content.decode()

    assert page.count('class="opt-out-group"') == 2
    assert page.count('name="evidence"') == 3
    assert "aaaa" in page
    assert "bbbb" in page
    assert "Shown" not in page


def test_many_are_lifted_at_once_and_only_those_ticked(sue_client: Client) -> None:
    campaign = make_campaign()
    people = [make_conversation(campaign=campaign) for _ in range(3)]
    for number, conversation in enumerate(people):
        tell_opt_out(conversation, token="aaaa", seconds=number)
    make_opt_out(conversation=people[1])
    ticked = Consent.objects.filter(conversation__in=[row.pk for row in people[:2]], evidence__startswith="untimed:")

    answer = sue_client.post(
        "/opt-outs/lift/", {"reason": "Forged", "evidence": [str(row.pk) for row in ticked]}, follow=True
    )

    for conversation in people:
        conversation.refresh_from_db()
    assert answer.status_code == 200
    # The second number is locked by another stop, which nobody lifted.
    assert [row.is_opted_out for row in people] == [False, True, True]
    assert Workspace.objects.count() == 1


def test_the_list_asks_no_more_of_the_database_for_twenty_than_for_two(
    sue_client: Client,
) -> None:
    campaign = make_campaign()
    counts = []
    for number in (2, 18):
        for index in range(number):
            tell_opt_out(make_conversation(campaign=campaign), token="aaaa", seconds=index)
        sue_client.get("/opt-outs/")
        with CaptureQueriesContext(connection) as asked:
            sue_client.get("/opt-outs/")
        counts.append(len(asked))

    # Session, person, permissions, the rail and bar; then events, evidence of their numbers, texts that show them.
    assert counts[0] == counts[1]
