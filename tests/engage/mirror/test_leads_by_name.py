"""What a later statement of a lead does not name stays, in whatever order statements come."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engage.mirror.projector import project_all
from engage.models import Conversation, Delivery, Lead, Workspace
from tests.engage.deliveries import STARTED, body, deliver, make_workspace, message, stamp

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

FIELDS: dict[str, tuple[str, list[Any]]] = {
    "phone": ("phone", ["+15555550100", "+15555550101"]),
    "fromNumber": ("from_number", ["+17165127760", "+17165127761"]),
    "timeZone": ("time_zone", ["America/New_York", "America/Denver"]),
    "state": ("state", ["NY", "CO", ""]),
    "zip": ("zip", ["12345", "80202"]),
    "carrier": ("carrier", ["A", "B"]),
    "messagingListId": ("remote_list_id", ["list-1", "list-2"]),
    "lat": ("lat", [1.5, 2.5]),
    "odd": ("unknown_fields", ["kept", "also kept"]),
}
LOADED = ("FirstName", "City", "Plan")


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


def said_of_lead(minute: int, **named: Any) -> dict[str, Any]:
    """A webhook of that minute that names nothing of the lead but this."""
    payload = body("NewMessage", messages=[message(minute, minute, f"Text {minute}")])
    payload["data"]["lead"] = {"id": "lead-1", "messagingCampaignId": payload["data"]["campaign"]["id"], **named}
    return payload


def hear(workspace: Workspace, *payloads: dict[str, Any]) -> Lead:
    for payload in payloads:
        deliver(workspace, payload)
        Delivery.objects.update(received_at=STARTED)
        project_all()
    return Lead.objects.get()


def test_lead_data_stays_that_a_later_webhook_does_not_name(workspace: Workspace) -> None:
    whole = said_of_lead(1, phone="+15555550100", state="NY", leadData={"FirstName": "John", "City": "Troy"})

    lead = hear(workspace, whole, said_of_lead(2, leadData={"City": "Albany"}), said_of_lead(3))

    assert (lead.name, lead.phone, lead.state, lead.data) == (
        "John",
        "+15555550100",
        "NY",
        {"FirstName": "John", "City": "Albany"},
    )


@pytest.mark.parametrize("nothing", [None, ""])
def test_named_as_nothing_it_goes_but_the_number_stays(workspace: Workspace, nothing: str | None) -> None:
    whole = said_of_lead(1, phone="+15555550100", state="NY")

    lead = hear(workspace, whole, said_of_lead(2, phone=nothing, state=nothing))

    assert (lead.phone, lead.number, lead.state) == ("+15555550100", "+15555550100", "")


@st.composite
def tellings(draw: st.DrawFn) -> list[dict[str, Any]]:
    told = []
    for _ in range(draw(st.integers(1, 4))):
        names = draw(st.sets(st.sampled_from(sorted(FIELDS)), max_size=4))
        named = {name: draw(st.sampled_from(FIELDS[name][1])) for name in sorted(names)}
        loaded = draw(st.sets(st.sampled_from(LOADED)))
        if loaded:
            named["leadData"] = {name: f"{name} {draw(st.integers(0, 2))}" for name in sorted(loaded)}
        told.append(named)
    return told


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=tellings(), data=st.data())
def test_no_named_value_is_lost_in_any_order(told: list[dict[str, Any]], data: st.DataObject) -> None:
    Workspace.objects.all().delete()
    payloads = [said_of_lead(minute, **named) for minute, named in enumerate(told, start=1)]
    expected: dict[str, Any] = {}
    loaded: dict[str, Any] = {}
    for named in told:
        loaded |= named.get("leadData", {})
        expected |= {name: value for name, value in named.items() if name != "leadData"}

    lead = hear(make_workspace(), *data.draw(st.permutations(payloads)))

    assert lead.data == loaded
    assert lead.unknown_fields == {name: expected.pop(name) for name in ("odd",) if name in expected}
    assert {name: getattr(lead, FIELDS[name][0]) for name in expected} == expected


def listed(minute: int, *entries: dict[str, Any]) -> dict[str, Any]:
    payload = said_of_lead(minute, phone="+15555550100", result=stamp(minute))
    payload["data"]["dispositions"] = list(entries)
    return payload


@pytest.mark.parametrize("is_late", [False, True])
def test_list_that_names_no_flags_takes_none_away(workspace: Workspace, is_late: bool) -> None:
    whole = listed(1, {"id": "d1", "disposition": "Remove", "success": False, "doNotContact": True})
    names = listed(2, {"disposition": "REMOVE"}, {"disposition": "Sold"})

    hear(workspace, *((names, whole) if is_late else (whole, names)))

    conversation = Conversation.objects.get()
    remove = conversation.find_disposition("REMOVE")
    assert [entry["disposition"] for entry in conversation.dispositions] == ["REMOVE", "Sold"]
    assert remove is not None
    assert (remove["doNotContact"], remove["id"]) == (True, "d1")


def test_newest_flag_that_is_named_counts(workspace: Workspace) -> None:
    first = listed(1, {"disposition": "Remove", "doNotContact": True})
    second = listed(2, {"disposition": "Remove", "doNotContact": False})

    hear(workspace, second, listed(3, {"disposition": "Remove"}), first)

    assert Conversation.objects.get().dispositions[0]["doNotContact"] is False
