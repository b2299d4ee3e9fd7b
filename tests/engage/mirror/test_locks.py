from __future__ import annotations

import threading

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from engage.api.wire import Campaign, ConversationPayload
from engage.mirror.merge import merge
from engage.mirror.observations import CampaignObservation, ConversationObservation, Observations
from engage.models import Conversation, Message
from tests.engage.deliveries import STARTED, body, message
from tests.factories import make_conversation, make_reply, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def test_a3_who_refers_to_a_row_and_who_merges_it_do_not_wait_for_each_other() -> None:
    """Who inserts a reply holds its conversation; a merge that waited for that would be waited for in turn."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    conversation, ada = make_conversation(), make_user()
    refers, is_merged = threading.Event(), threading.Event()
    other = threading.Thread(target=refer_to, args=(conversation, ada, refers, is_merged))
    other.start()
    assert refers.wait(20)

    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '10s'")
            merge(conversation.workspace_id, say_something_of(conversation))
    finally:
        is_merged.set()
        other.join(20)

    assert Message.objects.get(conversation=conversation, remote_id=f"{1:024x}").text == "Hi"
    assert conversation.commands.count() == 1


def refer_to(conversation: Conversation, ada: User, refers: threading.Event, is_merged: threading.Event) -> None:
    try:
        with transaction.atomic():
            make_reply(conversation=conversation, by=ada)
            make_conversation(campaign=conversation.campaign)
            with connection.cursor() as cursor:
                # What a commit does at its end: from here on the rows that are referred to are held.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            refers.set()
            is_merged.wait(20)
    finally:
        connection.close()


def say_something_of(conversation: Conversation) -> Observations:
    lead, campaign = conversation.lead, conversation.campaign
    payload = body("NewMessage", lead_id=lead.remote_id, phone=lead.phone, messages=[message(1, 0, "Hi")])
    payload["data"]["campaign"]["id"] = campaign.remote_id
    said = ConversationObservation(ConversationPayload.model_validate(payload), STARTED)
    described = Campaign.model_validate({"id": campaign.remote_id, "name": "Described anew"})
    return Observations(conversations=[said], campaigns=[CampaignObservation(described, STARTED)])
