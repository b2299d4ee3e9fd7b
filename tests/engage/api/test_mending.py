"""One odd item costs nothing but itself, and is noted: by field, never by value."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from engage.api.wire import Campaign, CampaignList, ConversationPayload, Lead
from tests.engage.api.clients import payload

CAMPAIGN: dict[str, Any] = json.loads(payload("campaign"))
CONVERSATION: dict[str, Any] = json.loads(payload("conversation_started"))
ODD: list[Any] = [None, "none", 7, 7.5, True, [], {}, [None], ["x"], [[]], {"a": {"b": 1}}, 10**290, "1e999", ""]


def conversation(**data: object) -> ConversationPayload:
    return ConversationPayload.model_validate({**CONVERSATION, "data": {**CONVERSATION["data"], **data}})


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("field", [name for name in CAMPAIGN if name != "id"])
def test_no_field_of_a_campaign_costs_another(field: str, odd: object) -> None:
    whole = Campaign.model_validate(CAMPAIGN)

    read = Campaign.model_validate({**CAMPAIGN, field: odd})

    names = {name for name, info in Campaign.model_fields.items() if info.alias != field}
    if field == "schedule":
        # Kept beside it: the same field, as it was told.
        names.remove("schedule_as_told")
    assert {name: getattr(read, name) for name in names} == {name: getattr(whole, name) for name in names}


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("field", [name for name in CONVERSATION["data"]["lead"] if name != "id"])
def test_no_field_of_a_lead_costs_another(field: str, odd: object) -> None:
    whole = conversation().data

    read = conversation(lead={**CONVERSATION["data"]["lead"], field: odd}).data

    names = {name for name, info in Lead.model_fields.items() if info.alias != field}
    assert {name: getattr(read.lead, name) for name in names} == {name: getattr(whole.lead, name) for name in names}
    assert (read.messages, read.dispositions) == (whole.messages, whole.dispositions)


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("odd", [None, "none", 7, [], {}, {"id": None}, {"id": {}}], ids=repr)
@pytest.mark.parametrize("many", ["messages", "dispositions"])
def test_odd_item_of_a_list_is_left_out_alone_and_noted(many: str, odd: Any, place: int) -> None:
    items = list(CONVERSATION["data"][many])
    whole = getattr(conversation().data, many)

    read = conversation(**{many: [*items[:place], odd, *items[place:]]})

    kept = [item for item in getattr(read.data, many) if item in whole]
    assert kept == whole
    # A disposition has no id that it cannot be without.
    assert read.odd or isinstance(odd, dict)


@pytest.mark.parametrize("wrapped", [lambda items: {str(n): item for n, item in enumerate(items)}, lambda items: items])
def test_object_in_place_of_a_list_is_read_as_the_list(wrapped: Any) -> None:
    assert (
        conversation(messages=wrapped(CONVERSATION["data"]["messages"])).data.messages == conversation().data.messages
    )


def test_one_object_in_place_of_a_list_is_its_item() -> None:
    read = conversation(messages=CONVERSATION["data"]["messages"][1])

    assert read.data.messages == conversation().data.messages[1:]


def test_text_without_an_id_is_kept_under_a_name_made_from_its_content() -> None:
    said = {"direction": "INBOUND", "message": "STOP", "timestamp": "2025-03-04T11:34:55.805Z"}

    first, again = (conversation(messages=[said, {"id": "m2"}]) for _ in range(2))

    assert [message.message for message in first.data.messages] == ["STOP", ""]
    assert first.data.messages[0].id.startswith("unnamed-")
    assert first.data.messages == again.data.messages
    assert first.odd == ("data.messages.0.id: named by its content",)


@pytest.mark.parametrize(
    ("field", "said", "read"),
    [
        ("timestamp", 1741088095805, datetime(2025, 3, 4, 11, 34, 55, 805000, tzinfo=UTC)),
        ("timestamp", "1741088095805", datetime(2025, 3, 4, 11, 34, 55, 805000, tzinfo=UTC)),
        ("timestamp", 1741088095, datetime(2025, 3, 4, 11, 34, 55, tzinfo=UTC)),
        ("timestamp", "2025-03-04T11:34:55", datetime(2025, 3, 4, 11, 34, 55, tzinfo=UTC)),
        ("timestamp", "2025-03-04 11:34:55 UTC", datetime(2025, 3, 4, 11, 34, 55, tzinfo=UTC)),
        ("timestamp", "Tue, 04 Mar 2025 11:34:55 GMT", datetime(2025, 3, 4, 11, 34, 55, tzinfo=UTC)),
        ("timestamp", "Tue, 04 Mar 2025 06:34:55 -0500", datetime(2025, 3, 4, 11, 34, 55, tzinfo=UTC)),
        ("message", 5, "5"),
        ("message", {"text": "STOP"}, "STOP"),
        ("timestamp", {"$date": "2025-03-04T11:34:55Z"}, datetime(2025, 3, 4, 11, 34, 55, tzinfo=UTC)),
        ("timestamp", {"$date": {"$numberLong": "1741088095000"}}, datetime(2025, 3, 4, 11, 34, 55, tzinfo=UTC)),
        ("timestamp", [2025, 3, 4, 11, 34, 55], datetime(2025, 3, 4, 11, 34, 55, tzinfo=UTC)),
        ("id", {"$oid": "67c6e4ee"}, "67c6e4ee"),
        ("id", 5, "5"),
        ("sender", 15555551212, "15555551212"),
    ],
)
def test_scalar_in_another_spelling_is_understood(field: str, said: object, read: object) -> None:
    message = conversation(messages=[{"id": "m", field: said}])

    assert getattr(message.data.messages[0], field) == read
    assert message.odd == ()


@pytest.mark.parametrize("name", ["text", "body", "content"])
def test_text_under_another_name_is_a_text(name: str) -> None:
    assert conversation(messages=[{"id": "m", name: "STOP"}]).data.messages[0].message == "STOP"


def test_dispositions_that_are_names_alone_are_offered() -> None:
    read = Campaign.model_validate({**CAMPAIGN, "dispositions": ["SALE", "OPT OUT"]})

    assert [entry.disposition for entry in read.dispositions] == ["SALE", "OPT OUT"]


def test_number_with_commas_is_a_number() -> None:
    assert Campaign.model_validate({"id": "c", "orgId": "1,234,567"}).org_id == 1234567


def test_lead_data_given_as_names_and_values_is_read() -> None:
    read = conversation(lead={"id": "l", "leadData": [{"name": "FirstName", "value": "Jo"}]})

    assert read.data.lead.lead_data == {"FirstName": "Jo"}


def test_what_is_not_understood_is_kept_beside_it_and_noted_without_its_value() -> None:
    read = Campaign.model_validate({**CAMPAIGN, "schedule": "secret words", "dispositions": ["secret", {"id": "d"}]})

    extra = read.model_extra or {}
    assert extra["schedule (not understood)"] == "secret words"
    assert extra["dispositions (not understood)"] == ["secret"]
    assert len(read.odd) == 2
    assert "secret" not in " ".join(read.odd)


def test_list_of_leads_with_an_odd_status_keeps_its_name() -> None:
    read = CampaignList.model_validate({"id": "l", "listName": "May", "listStatus": {"word": "READY"}})

    assert (read.name, read.status) == ("May", None)
    assert read.odd


@pytest.mark.parametrize("item", ["{}", "1", "null", '{"id":null}', '"x"', "[]"])
def test_body_of_nothing_but_wrong_items_is_read_in_time_and_notes_little(item: str) -> None:
    items = json.loads("[" + ",".join([item] * (900_000 // (len(item) + 1))) + "]")
    begun = time.process_time()

    read = conversation(messages=items)

    assert time.process_time() - begun < 20
    assert read.data.messages == []
    assert len(read.odd) <= 21


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(["id", "x", "name"]), inside),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([name for name in CAMPAIGN if name != "id"]), JSON))
def test_any_values_in_any_fields_leave_a_campaign(changes: dict[str, object]) -> None:
    read = Campaign.model_validate({**CAMPAIGN, **changes})

    assert read.id == CAMPAIGN["id"]
    read.model_dump_json(by_alias=True)


def test_nothing_can_be_made_of_what_has_no_id() -> None:
    with pytest.raises(ValidationError):
        Campaign.model_validate({**CAMPAIGN, "id": {}})
