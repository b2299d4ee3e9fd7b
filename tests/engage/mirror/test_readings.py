"""What a real account may say in other words: states, dispositions, numbers and texts without a name or a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engage.api.wire import ConversationPayload
from engage.mirror.judging import find_doubts, take_for_no_opt_out
from engage.mirror.lead_states import Meaning, meaning_of
from engage.mirror.merge import merge
from engage.mirror.observations import ConversationObservation, Observations
from engage.mirror.projector import project_all
from engage.models import Consent, Conversation, Lead, Message, Workspace
from engage.sms.phones import consent_number
from tests.engage.deliveries import STARTED, body, deliver, make_workspace, message

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


def hear(workspace: Workspace, payload: dict[str, Any], minutes: float = 10) -> Conversation:
    delivery = deliver(workspace, payload)
    delivery.received_at = STARTED + timedelta(minutes=minutes)
    delivery.save()
    project_all()
    return Conversation.objects.select_related("lead").latest("id")


def look(workspace: Workspace, payload: dict[str, Any], minutes: float = 20) -> Conversation:
    """A GET begun then answers this."""
    said = ConversationPayload.model_validate(payload | {"eventType": None})
    read = ConversationObservation(said, STARTED + timedelta(minutes=minutes), is_read=True)
    merge(workspace.pk, Observations(conversations=[read]))
    return Conversation.objects.select_related("lead").get(lead__remote_id=said.data.lead.id)


# The state of a lead.


@pytest.mark.parametrize("word", ["OPTED_OUT", "STOPPED", "UNSUBSCRIBED", "BLOCKED", "DNC", "Opt-Out", "doNotContact"])
def test_state_that_means_no_texts_locks_the_number(workspace: Workspace, word: str) -> None:
    found = look(workspace, body(status=word))

    assert (found.status, found.lead.status) == (Conversation.Status.OPTED_OUT, word)


def test_state_of_a_webhook_locks_at_once_and_lapses_where_engage_does_not_show_it(workspace: Workspace) -> None:
    assert hear(workspace, body(status="OPTED_OUT")).is_opted_out

    for minutes in (80, 95):
        found = look(workspace, body(status="DELIVERED"), minutes)

    assert not found.is_opted_out


def test_state_that_a_get_shows_replaces_any_before_it(workspace: Workspace) -> None:
    look(workspace, body(status="DELIVERED"), 20)
    look(workspace, body(status="QUEUED"), 30)

    found = hear(workspace, body(status="DELIVERED"), 25)

    assert found.lead.status == "QUEUED"


def test_state_that_goes_back_unlocks_nobody(workspace: Workspace) -> None:
    look(workspace, body(status="OPTED_OUT"), 20)

    found = look(workspace, body(status="DELIVERED"), 30)

    assert found.is_opted_out


def test_state_that_stays_is_one_stop_and_one_that_returns_another(workspace: Workspace) -> None:
    for minutes, word in ((20, "OPTED_OUT"), (30, "OPTED_OUT"), (40, "DELIVERED"), (50, "OPTED_OUT")):
        look(workspace, body(status=word), minutes)

    assert Consent.objects.filter(kind=Consent.Kind.OPTED_OUT, evidence__startswith="status:").count() == 2


def test_start_after_such_a_state_unlocks(workspace: Workspace) -> None:
    texts = [message(1, 1, "Hi")]
    look(workspace, body(status="OPTED_OUT", messages=texts), 20)

    found = look(workspace, body(status="DELIVERED", messages=[*texts, message(2, 25, "START")]), 30)

    assert not found.is_opted_out


def test_state_that_may_mean_stop_asks_a_person_once(workspace: Workspace) -> None:
    payload = body(status="SUPPRESSED", messages=[message(1, 1, "Hi")])
    found = look(workspace, payload, 20)
    assert found.is_open
    assert found.may_be_opt_out

    take_for_no_opt_out(found, mark=find_doubts(found).mark)

    assert not look(workspace, payload, 30).may_be_opt_out


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("DELIVERED", Meaning.ORDINARY),
        ("CARRIER_BLOCKED", Meaning.ORDINARY),
        ("UNDELIVERED", Meaning.ORDINARY),
        ("", Meaning.ORDINARY),
        ("STOP_PENDING", Meaning.MAY_HAVE_STOPPED),
        ("DO_NOT_DISTURB", Meaning.MAY_HAVE_STOPPED),
        ("opted out", Meaning.STOPPED),
    ],
)
def test_state_is_read_by_its_letters(word: str, meaning: Meaning) -> None:
    assert meaning_of(word) is meaning


# Dispositions.


@pytest.mark.parametrize("said", ["d-2", "opt out", "OPT OUT", {"id": "d-2"}, {"name": "Opt  Out"}])
@pytest.mark.parametrize("is_beside_the_lead", [True, False])
def test_disposition_is_known_by_name_id_or_other_letters(
    workspace: Workspace, said: object, is_beside_the_lead: bool
) -> None:
    payload = body("Disposition")
    payload["data"]["dispositions"] = [
        {"id": "d-1", "disposition": "OK", "doNotContact": False},
        {"id": "d-2", "disposition": "OPT OUT", "doNotContact": True},
    ]
    holder = payload["data"] if is_beside_the_lead else payload["data"]["lead"]
    holder["disposition"] = said

    found = hear(workspace, payload)

    assert (found.disposition, found.is_opted_out) == ("OPT OUT", True)


def test_disposition_that_nobody_offers_stays_as_it_is_said(workspace: Workspace) -> None:
    assert hear(workspace, body("Disposition", disposition="6e0b")).disposition == "6e0b"


# Numbers.


@pytest.mark.parametrize("written", ["5555551212", "(555) 555-1212", "1 555 555 1212", "+1 (555) 555-1212"])
def test_number_written_otherwise_is_locked_with_the_rest(workspace: Workspace, written: str) -> None:
    hear(workspace, body("ConversationStarted", lead_id="lead-2", phone=written, messages=[message(7, 1, "Hi")]))

    hear(workspace, body("OptOut", lead_id="lead-1", messages=[message(8, 2, "STOP")]))

    assert set(Conversation.objects.values_list("status", flat=True)) == {Conversation.Status.OPTED_OUT}
    assert Lead.objects.get(remote_id="lead-2").phone == written


@pytest.mark.parametrize(
    ("text", "from_number", "number"),
    [
        ("020 7946 0958", "+442079460001", "+442079460958"),
        ("5555551212", "+17165127760", "+15555551212"),
        ("5555551212", "28849", "+15555551212"),
        ("+447946095800", "+17165127760", "+447946095800"),
        ("none", "", "none"),
    ],
)
def test_number_is_read_as_the_country_allows_that_texts_it(text: str, from_number: str, number: str) -> None:
    assert consent_number(text, from_number) == number


# Texts without an id, or without a time.


def without(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


@pytest.mark.parametrize("left_out", [("id",), ("timestamp",), ("id", "timestamp")])
@pytest.mark.parametrize("is_answer_first", [True, False])
def test_text_that_a_webhook_does_not_name_is_the_one_that_a_get_names(
    workspace: Workspace, left_out: tuple[str, ...], is_answer_first: bool
) -> None:
    text = message(1, 1, "How much?")
    webhook = body(messages=[without(text, *left_out)])

    if is_answer_first:
        look(workspace, body(messages=[text]), 20)
    hear(workspace, webhook, 10)
    hear(workspace, webhook, 11)
    found = look(workspace, body(messages=[text]), 20)

    row = Message.objects.get()
    assert (row.remote_id, row.text, row.is_confirmed) == (text["id"], "How much?", True)
    assert row.sent_at == STARTED + timedelta(minutes=1)
    assert found.waiting_since == row.sent_at


def test_text_that_nobody_names_is_one_though_only_the_answer_dates_it(workspace: Workspace) -> None:
    text = without(message(1, 1, "How much?"), "id")

    hear(workspace, body(messages=[without(text, "timestamp")]), 10)
    look(workspace, body(messages=[text]), 20)

    assert Message.objects.get().sent_at == STARTED + timedelta(minutes=1)


def test_text_without_a_time_waits_since_it_came(workspace: Workspace) -> None:
    look(workspace, body(messages=[message(1, 1, "Hi"), message(2, 3, "Yes?", direction="OUTBOUND")]), 5)

    found = hear(workspace, body(messages=[without(message(3, 0, "And now?"), "timestamp")]), 10)

    assert found.waiting_since == STARTED + timedelta(minutes=10)
    assert found.read_wanted_at is not None


def test_texts_without_ids_and_times_keep_their_order_and_number(workspace: Workspace) -> None:
    texts = [without(message(1, 0, text), "id", "timestamp") for text in ("Yes", "Yes", "No")]

    look(workspace, body(messages=texts), 20)
    look(workspace, body(messages=texts), 30)

    assert [row.text for row in Message.objects.in_order()] == ["Yes", "Yes", "No"]


@pytest.mark.parametrize("has_id", [True, False])
def test_picture_is_kept_with_its_fields(workspace: Workspace, has_id: bool) -> None:
    picture = message(1, 1, "") | {"media": [{"url": "https://media.example/1.jpg"}]}

    hear(workspace, body(messages=[picture if has_id else without(picture, "id")]))

    assert Message.objects.get().unknown_fields == {"media": [{"url": "https://media.example/1.jpg"}]}
