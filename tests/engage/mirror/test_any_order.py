"""The mirror is a function of the set of deliveries: any order, repetition and batching end in the same rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engage.api.events import CAMPAIGN_STATUS, LIST_STATUS
from engage.mirror.projector import project_batch
from engage.models import Campaign, Consent, Conversation, Delivery, Disposition, Lead, LeadList, Message, Workspace
from tests.engage.deliveries import SAMPLE, STARTED, body, deliver, make_workspace, message, stamp

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

# Marks of our own reading, and ids, say nothing about the platform.
_OURS = {
    "id",
    "read_wanted_at",
    "read_at",
    "denied_at",
    "recorded_at",
    "heard_through",
    "sealed_offered_key",
    "conversation_id",
    "lead_id",
}
_OURS |= {"workspace_id", "campaign_id"}

texts = st.sampled_from(["Hi", "STOP", "START", "lose my number", "How much?", "👍", "stop texting me", "HELP"])


@st.composite
def stories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Deliveries about two leads who may share a number."""
    phones = draw(st.sampled_from([("+15555550100", "+15555550100"), ("+15555550100", "+15555550101")]))
    deliveries = []
    for number in range(draw(st.integers(1, 7))):
        which = draw(st.integers(0, 1))
        minutes = draw(st.integers(0, 6))
        # The id says which message it is, so equal ids carry equal messages.
        direction = draw(st.sampled_from(["INBOUND", "OUTBOUND"]))
        said = message(100 * which + number, minutes, draw(texts), direction=direction)
        disposed = draw(st.booleans())
        deliveries.append(
            body(
                draw(st.sampled_from(["ConversationStarted", "NewMessage", "Disposition", "OptOut", "OptIn"])),
                lead_id=f"lead-{which}",
                phone=phones[which],
                messages=draw(st.sampled_from([[said], []])),
                status=draw(st.sampled_from(["SENT", "DELIVERED", "ODD"])),
                disposition=draw(st.sampled_from(["OK", "Not OK"])) if disposed else None,
                dispositionTimestamp=stamp(draw(st.integers(0, 6))) if disposed else None,
                key=draw(st.sampled_from(["key-1", "key-2"])),
            )
        )
    return deliveries


# Two campaigns, the first of which the conversations are about.
_CAMPAIGN_IDS = (SAMPLE["data"]["campaign"]["id"], "67b3a7bb0fcd117088ca5020")


@st.composite
def campaign_events(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    event = {
        "id": draw(st.sampled_from(_CAMPAIGN_IDS)),
        "name": draw(st.sampled_from(["Spring", "Spring webinar"])),
        "campaignStatus": draw(st.sampled_from(["DRAFT", "READY", "ACTIVE", "ODD"])),
        "updated": stamp(draw(st.integers(0, 3))),
    }
    return draw(st.sampled_from([CAMPAIGN_STATUS, ""])), event


@st.composite
def list_events(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """The object is not documented: by id, by name or by both, under either spelling, with a time or without."""
    number = draw(st.integers(0, 2))
    event: dict[str, Any] = {draw(st.sampled_from(["campaignId", "messagingCampaignId"])): _CAMPAIGN_IDS[number % 2]}
    spoken_of = draw(st.sampled_from(["id", "name", "both"]))
    if spoken_of != "name":
        event["id"] = f"list-{number}"
    if spoken_of != "id":
        event[draw(st.sampled_from(["name", "listName"]))] = f"List {number} & co"
    if draw(st.booleans()):
        event[draw(st.sampled_from(["status", "listStatus"]))] = draw(st.sampled_from(["READY", "ACTIVE"]))
    if draw(st.booleans()):
        event["updated"] = stamp(draw(st.integers(0, 3)))
    return LIST_STATUS, event


def _mirror() -> dict[str, list[Any]]:
    def rows(model: Any, *order: str) -> list[Any]:
        return sorted(
            ({name: value for name, value in row.items() if name not in _OURS} for row in model.objects.values(*order)),
            key=repr,
        )

    fields = {
        model: [field.attname for field in model._meta.concrete_fields] for model in (Lead, Message, Conversation)
    }
    return {
        "campaigns": rows(Campaign, "remote_id", "name", "status", "was_active", "document", "version"),
        "lists": rows(LeadList, "campaign__remote_id", "remote_id", "name", "status", "document", "version"),
        "leads": rows(Lead, *fields[Lead]),
        "conversations": rows(Conversation, "lead__remote_id", *fields[Conversation]),
        "messages": rows(Message, "conversation__lead__remote_id", *fields[Message]),
        "dispositions": rows(Disposition, "conversation__lead__remote_id", "name", "chosen_at"),
        "consents": rows(Consent, "phone", "kind", "at", "evidence", "is_confirmed"),
    }


def _play(deliveries: list[tuple[str, dict[str, Any]]], batch: int) -> dict[str, list[Any]]:
    Workspace.objects.all().delete()
    workspace = make_workspace()
    for event_type, payload in deliveries:
        # Received at one instant: what carries no time of the platform is dated by its arrival.
        deliver(workspace, payload, event_type=event_type)
    Delivery.objects.update(received_at=STARTED)
    while project_batch(batch):
        pass
    return _mirror()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_repetition_and_batching_ends_in_the_same_mirror(data: st.DataObject):
    deliveries = [("", payload) for payload in data.draw(stories())]
    deliveries += data.draw(st.lists(campaign_events() | list_events(), max_size=3))

    _check_any_order(data, deliveries)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_campaigns_and_lists_too_end_in_the_same_mirror(data: st.DataObject):
    deliveries = data.draw(st.lists(campaign_events() | list_events(), min_size=2, max_size=8))

    _check_any_order(data, deliveries)
    assert not Delivery.objects.exclude(state=Delivery.State.APPLIED).exists()


def _check_any_order(data: st.DataObject, deliveries: list[tuple[str, dict[str, Any]]]) -> None:
    in_order = _play(deliveries, 500)
    repeated = deliveries + data.draw(st.lists(st.sampled_from(deliveries), max_size=4))
    shuffled = data.draw(st.permutations(repeated))

    mixed = _play(shuffled, data.draw(st.integers(1, 4)))

    assert _differences(in_order, mixed) == []


def _differences(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> list[str]:
    """Short enough to read: which field of which row differs."""
    found = [
        f"{len(one[table])} and {len(other[table])} {table}" for table in one if len(one[table]) != len(other[table])
    ]
    for table in one:
        for row, twin in zip(one[table], other[table], strict=False):
            found += [f"{table} {name}: {row[name]!r} and {twin[name]!r}" for name in row if row[name] != twin[name]]
    return found
