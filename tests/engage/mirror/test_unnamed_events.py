"""Events about a lead under names that no guide has."""

from __future__ import annotations

import pytest

from engage.mirror.projector import project_all
from engage.models import Conversation, Delivery
from tests.engage.deliveries import body, deliver, make_workspace, message

pytestmark = pytest.mark.django_db


def test_event_of_unknown_name_brings_its_lead_and_asks_engage() -> None:
    delivery = deliver(make_workspace(), body("LeadUnsubscribed", messages=[message(1, 1, "Who is this?")]))

    project_all()

    conversation = Conversation.objects.get()
    delivery.refresh_from_db()
    assert [row.text for row in conversation.messages.all()] == ["Who is this?"]
    assert conversation.read_wanted_at is not None
    assert delivery.state == Delivery.State.APPLIED
    assert delivery.error.startswith("an event that no guide names, 'LeadUnsubscribed'")


def test_event_of_unknown_name_asks_again_about_whom_engage_has_confirmed() -> None:
    workspace = make_workspace()
    deliver(workspace, body("ConversationStarted"))
    project_all()
    Conversation.objects.update(key_fingerprint="confirmed", offered_key_fingerprint="", read_wanted_at=None)

    deliver(workspace, body("LeadUnsubscribed"))
    project_all()

    assert Conversation.objects.get().read_wanted_at is not None


def test_header_that_spells_the_event_otherwise_is_no_oddity() -> None:
    delivery = deliver(make_workspace(), body("OptOut"), event_type="opt_out")

    project_all()

    delivery.refresh_from_db()
    assert "disagree" not in delivery.error
    assert Conversation.objects.get().is_opted_out
