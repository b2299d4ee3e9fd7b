"""What a forger can post, and how the rows of our own conversations stand after it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import time_machine
from django.test import Client
from django.utils import timezone

from engage.api.errors import EngageError
from engage.mirror.platform import client_for
from engage.mirror.reading import read_conversation
from engage.mirror.reconcile import read_campaigns
from engage.models import Campaign, Consent, Conversation, Disposition, Lead, Message, Workspace
from tests.security.platform import Platform

OURS = range(5)
# What marks a statement as newer, or as looked up, and what it is looked up with until it proved good.
_MARKS = {
    "status_read_at",
    "filled_at",
    "version",
    "lead_version",
    "named_versions",
    "dispositions_version",
    "offered_version",
    "confirmed_at",
    "read_at",
}
_MARKS |= {"read_wanted_at", "sealed_key", "sealed_offered_key", "offered_key_fingerprint"}
_MARKS |= {"asked_at", "disproved_through", "disproved"}


def deliver(payload: dict[str, Any], event_type: str = "", token: str = "token-of-ours") -> None:
    headers = {"x-event-type": event_type} if event_type else {}
    response = Client().post(f"/hooks/engage/{token}/", json.dumps(payload), "application/json", headers=headers)
    assert response.status_code == 204


def look_again(workspace: Workspace) -> None:
    """What the worker does by itself: every campaign and every conversation is asked for."""
    client = client_for(workspace)
    read_campaigns(workspace, client)
    for found in Conversation.objects.select_related("workspace", "lead", "campaign"):
        try:
            read_conversation(found, client)
        except EngageError:
            continue


def ours() -> dict[str, list[dict[str, Any]]]:
    """The rows of our own five, all that a person or a rule could see of them."""
    leads = Lead.objects.filter(remote_id__in=[f"lead-{number}" for number in OURS])
    tables = {
        "leads": leads,
        "conversations": Conversation.objects.filter(lead__in=leads),
        "messages": Message.objects.filter(conversation__lead__in=leads).standing(),
        "dispositions": Disposition.objects.filter(conversation__lead__in=leads, is_confirmed=True),
        # An opt-in that ends no stop is seen by nobody.
        "consents": Consent.objects.exclude(pk__in=Consent.objects.disproved())
        .exclude(kind="opted_in", is_confirmed=False)
        .filter(conversation__lead__in=leads),
        "campaigns": Campaign.objects.filter(remote_id="campaign-of-ours"),
    }
    return {
        name: [{key: row[key] for key in row if key not in _MARKS} for row in rows.order_by("pk").values()]
        for name, rows in tables.items()
    }


def keys_used(platform: Platform, workspace: Workspace) -> set[str]:
    """A reply to each conversation of ours: the keys it left with."""
    before = len(platform.sent())
    for found in Conversation.objects.filter(lead__remote_id__in=[f"lead-{number}" for number in OURS]):
        client_for(workspace).send_message(found.key, "Hello")
    return {request.query["key"][0] for request in platform.sent()[before:]}


def assert_nothing_lasts(platform: Platform, workspace: Workspace, before: dict[str, Any]) -> None:
    after = ours()
    assert {name: after[name] for name in before if after[name] != before[name]} == {}
    assert keys_used(platform, workspace) == {f"key-{number}" for number in OURS}


def look_again_later(workspace: Workspace) -> None:
    """As the worker does within two hours: what nobody shows is asked for twice more."""
    for minutes in (61, 75):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            look_again(workspace)
