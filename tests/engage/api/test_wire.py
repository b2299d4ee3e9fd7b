"""The platform's objects: every documented field, lenient where nothing hangs on it, strict about identity."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from engage.api.access import Place, query_for
from engage.api.wire import Campaign, CampaignList, CampaignMessages, ConversationPayload, Endpoint, Lead, Message
from engage.api.wire.conversation import NO_CAMPAIGN
from engage.vault import Secret
from tests.engage.api.clients import payload


def lead_with(**fields: object) -> Lead:
    return Lead.model_validate({"id": "l1", **fields})


def payload_with(**endpoints: object) -> ConversationPayload:
    return ConversationPayload.model_validate(
        {"data": {"campaign": {"id": "c1"}, "lead": {"id": "l1"}}, "endpoints": endpoints}
    )


def undocumented(model: BaseModel, sample: dict[str, Any], where: str = "") -> list[str]:
    """What of a sample is not held under a name of ours, with its value."""
    by_alias = {field.alias: name for name, field in type(model).model_fields.items()}
    wrong = [f"{where}{name} is not a field" for name in sample if name not in by_alias]
    for name in sample.keys() & by_alias.keys():
        wrong += differences(getattr(model, str(by_alias[name])), sample[name], f"{where}{name}")
    return wrong


def differences(held: object, given: Any, where: str) -> list[str]:
    if isinstance(held, BaseModel):
        return undocumented(held, given, f"{where}.")
    if isinstance(held, list) and len(held) == len(given):
        return [
            line
            for index, (a, b) in enumerate(zip(held, given, strict=True))
            for line in differences(a, b, f"{where}.{index}")
        ]
    if isinstance(held, datetime):
        held = held.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(held, Endpoint):
        return [] if held.key.reveal() == "YOUR_KEY_HERE" and given.startswith(f"{held.origin}/") else [where]
    return [] if held == given else [f"{where}: {held!r} instead of {given!r}"]


def test_every_field_of_the_documented_campaign_is_held() -> None:
    sample = json.loads(payload("campaign"))

    campaign = Campaign.model_validate(sample)

    assert undocumented(campaign, sample) == []
    assert campaign.schedule is not None
    assert campaign.schedule.monday is not None
    assert (campaign.schedule.monday[0].start, campaign.schedule.monday[0].end) == (480, 1260)
    assert campaign.schedule.sunday == []


def test_every_field_of_the_documented_conversation_is_held() -> None:
    sample = json.loads(payload("conversation_started"))

    conversation = ConversationPayload.model_validate(sample)

    assert undocumented(conversation, sample) == []
    assert conversation.data.messages[1].timestamp == datetime(2025, 3, 4, 11, 34, 55, 805000, tzinfo=UTC)
    assert conversation.key == Secret("YOUR_KEY_HERE")


def test_every_field_of_the_documented_update_is_held() -> None:
    sample = json.loads(payload("update_messages_request"))

    assert undocumented(CampaignMessages.model_validate(sample), sample) == []


def test_unknown_fields_are_kept() -> None:
    lead = lead_with(score=7, tags=["a"])

    assert lead.model_extra == {"score": 7, "tags": ["a"]}


def test_unknown_words_are_kept() -> None:
    campaign = Campaign.model_validate(
        {"id": "c1", "campaignStatus": "HIBERNATING", "senderSourceType": "CORE_CAMPAIGN"}
    )

    assert (campaign.campaign_status, campaign.sender_source_type) == ("HIBERNATING", "CORE_CAMPAIGN")


@pytest.mark.parametrize("model", [Lead, Message, Campaign])
@pytest.mark.parametrize("remote_id", ["", " ", "a b", "a\n", None, True, [], {}, "x" * 201])
def test_id_must_be_a_plain_word(model: type[BaseModel], remote_id: object) -> None:
    with pytest.raises(ValidationError):
        model.model_validate({"id": remote_id})


@pytest.mark.parametrize("model", [Lead, Message, Campaign])
def test_id_must_be_there(model: type[BaseModel]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate({})


@pytest.mark.parametrize("model", [Lead, Message, Campaign])
def test_everything_but_the_id_may_be_absent_or_null(model: type[BaseModel]) -> None:
    bare = model.model_validate({"id": "x"})
    nulls = {field.alias: None for name, field in model.model_fields.items() if name != "id"}

    assert model.model_validate({"id": "x", **nulls}) == bare


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-03-04T11:33:52.948Z", datetime(2025, 3, 4, 11, 33, 52, 948000, tzinfo=UTC)),
        ("2025-03-04T11:33:52", datetime(2025, 3, 4, 11, 33, 52, tzinfo=UTC)),
        ("2025-03-04T06:33:52-05:00", datetime(2025, 3, 4, 11, 33, 52, tzinfo=UTC)),
        ("2025-03-04 11:33:52.123456789Z", datetime(2025, 3, 4, 11, 33, 52, 123456, tzinfo=UTC)),
        (1741088032948, datetime(2025, 3, 4, 11, 33, 52, 948000, tzinfo=UTC)),
        ("soon", None),
        ("", None),
        (None, None),
        ({}, None),
        ([2025, 3, 4], None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-12:00", None),
        (10**300, None),
        (-1, None),
    ],
)
def test_time_is_utc_or_unknown(text: object, moment: datetime | None) -> None:
    sent = lead_with(sent=text).sent

    assert sent == moment
    assert sent is None or sent.utcoffset() is not None


@pytest.mark.parametrize(
    ("field", "value", "held"),
    [
        ("zip", 12345, "12345"),
        ("orgId", "14", 14),
        ("orgId", 10**30, None),
        ("orgId", "many", None),
        ("lat", "43.07", 43.07),
        ("lat", 91, None),
        ("lon", "west", None),
        ("carrier", ["a"], None),
        ("conversationStarted", "maybe", None),
        ("messagingListId", 5, "5"),
        ("leadData", None, {}),
        ("leadData", "none", {}),
        ("retryAfter", {"at": 5}, {"at": 5}),
    ],
)
def test_fact_of_another_type_than_documented_does_not_cost_the_rest(field: str, value: object, held: object) -> None:
    lead = lead_with(**{field: value}, phone="+15555551212")

    by_alias = {info.alias: name for name, info in Lead.model_fields.items()}
    assert getattr(lead, str(by_alias[field])) == held
    assert lead.phone == "+15555551212"


def test_day_of_a_schedule_that_is_not_understood_is_no_claim() -> None:
    schedule = {
        "monday": [{"start": 480}],
        "friday": [{"start": 0, "end": 9999}],
        "tuesday": "closed",
        "wednesday": [],
        "exceptions": [{"date": "2025-12-25"}],
    }

    read = Campaign.model_validate({"id": "c1", "schedule": schedule}).schedule

    assert read is not None
    assert (read.monday, read.tuesday, read.wednesday, read.thursday, read.friday) == (None, None, [], None, None)
    assert read.exceptions == [{"date": "2025-12-25"}]


@pytest.mark.parametrize("told", [None, [], [1], "always", {"monday": "x", "exceptions": "never"}, {"friday": [{}]}])
def test_schedule_that_is_not_understood_is_kept_as_it_came(told: object) -> None:
    read = Campaign.model_validate({"id": "c1", "schedule": told})

    assert json.loads(read.schedule_as_told or "") == told


@pytest.mark.parametrize("told", [{}, {"monday": []}, {"sunday": [{"start": 1320, "end": 120}], "exceptions": [5]}])
def test_schedule_that_is_understood_is_kept_once(told: object) -> None:
    assert Campaign.model_validate({"id": "c1", "schedule": told}).schedule_as_told == ""
    assert Campaign.model_validate({"id": "c1"}).schedule_as_told is None


def test_campaign_a_conversation_does_not_name_is_the_one_its_lead_names() -> None:
    read = ConversationPayload.model_validate({"data": {"lead": {"id": "l1", "messagingCampaignId": "c9"}}})

    assert read.data.campaign.id == "c9"


@pytest.mark.parametrize("lead", [{"id": "l1"}, {"id": "l1", "messagingCampaignId": ""}])
def test_lead_of_no_campaign_is_heard_all_the_same(lead: object) -> None:
    """It may be an opt-out; one that is known has a campaign."""
    assert ConversationPayload.model_validate({"data": {"lead": lead}}).data.campaign.id == NO_CAMPAIGN


@pytest.mark.parametrize("lead", [None, [], {}])
def test_conversation_of_nobody_is_refused(lead: object) -> None:
    with pytest.raises(ValidationError):
        ConversationPayload.model_validate({"data": {"lead": lead}})


@pytest.mark.parametrize(
    ("url", "key", "origin"),
    [
        ("https://api.purecallerid.dev/x?key=K-1", "K-1", "https://api.purecallerid.dev"),
        ("https://evil.example/x?key=a%2Bb%3D%3D", "a+b==", "https://evil.example"),
        ("https://evil.example/x?key=a+b", "a+b", "https://evil.example"),
        ("https://evil.example/x?key=a&key=b", "", "https://evil.example"),
        ("https://evil.example/x?key=a&key=a", "a", "https://evil.example"),
        ("https://evil.example/x#?key=a", "", "https://evil.example"),
        ("https://evil.example/x?KEY=a&mykey=b", "", "https://evil.example"),
        ("https://evil.example/x?key=%00%ff", "", "https://evil.example"),
        ("https://evil.example/x?key=" + "a" * 2000, "a" * 2000, "https://evil.example"),
        ("https://evil.example/x?key=" + "a" * 8001, "", "https://evil.example"),
        ("?key=a", "a", ""),
        ("https://[::1/x?key=a", "a", "https://[::1"),
    ],
)
def test_only_key_and_origin_are_taken_from_an_endpoint(url: str, key: str, origin: str) -> None:
    endpoints = payload_with(conversationEndpoint=url).endpoints

    assert endpoints is not None
    assert endpoints.conversation_endpoint == Endpoint(key=Secret(key), origin=origin)
    assert endpoints.key == Secret(key)


def test_key_comes_from_the_first_endpoint_that_has_one() -> None:
    read = payload_with(
        embeddableWidget="https://a.example/engage?key=widget",
        conversationEndpoint="https://a.example/conversation",
        sendMessageEndpoint=5,
        dispositionEndpoint="https://a.example/disposition?key=disposition",
    )

    assert query_for(read.key, Place.CONVERSATION) == Secret("key=disposition")


@pytest.mark.parametrize("endpoints", [None, "none", [], {}])
def test_conversation_without_endpoints_has_no_key(endpoints: object) -> None:
    read = ConversationPayload.model_validate(
        {"data": {"campaign": {"id": "c1"}, "lead": {"id": "l1"}}, "endpoints": endpoints}
    )

    assert not read.key


def test_dump_of_a_conversation_holds_no_key() -> None:
    read = payload_with(
        sendMessageEndpoint="https://a.example/?key=canary", futureEndpoint="https://a.example/?key=canary"
    )

    assert "canary" not in read.model_dump_json()
    assert "canary" not in repr(read.model_dump())


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "l1", "name": "May", "campaignId": "c1", "status": "READY"},
        {"id": "l1", "listName": "May", "messagingCampaignId": "c1", "listStatus": "READY"},
        {
            "id": "l1",
            "name": None,
            "listName": "May",
            "campaignId": None,
            "messagingCampaignId": "c1",
            "status": "READY",
        },
    ],
)
def test_list_is_read_under_any_of_its_spellings(fields: dict[str, object]) -> None:
    read = CampaignList.model_validate(fields)

    assert (read.id, read.name, read.campaign_id, read.status) == ("l1", "May", "c1", "READY")


def test_list_needs_an_id_or_a_name() -> None:
    with pytest.raises(ValidationError):
        CampaignList.model_validate({"campaignId": "c1", "status": "READY"})


def test_objects_can_be_made_by_our_own_names() -> None:
    messages = CampaignMessages(outgoing_message="Hi {{FirstName}}")

    assert messages.model_dump(by_alias=True, exclude_none=True) == {"outgoingMessage": "Hi {{FirstName}}"}
