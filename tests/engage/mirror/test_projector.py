from datetime import UTC, datetime

import pytest

from engage.mirror.projector import project_all, replay
from engage.models import Change, Consent, Conversation, Delivery, Disposition, Lead, Message
from tests.engage.deliveries import SAMPLE_BYTES, body, deliver, make_workspace, message, stamp

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_vendors_sample_becomes_a_readable_thread():
    deliver(make_workspace(), SAMPLE_BYTES)

    project_all()

    conversation = Conversation.objects.select_related("lead", "campaign").get()
    assert conversation.lead.name == "John Doe"
    assert conversation.lead.time_zone == "America/New_York"
    assert conversation.campaign.name == "Test Campaign"
    assert [entry["disposition"] for entry in conversation.dispositions] == ["OK", "Not OK"]
    assert [row.is_inbound for row in Message.objects.in_order()] == [False, True]
    assert conversation.waiting_since == datetime(2025, 3, 4, 11, 34, 55, 805000, tzinfo=UTC)
    assert conversation.status == Conversation.Status.OPEN
    assert Delivery.objects.get().state == Delivery.State.APPLIED


def test_second_delivery_of_same_event_changes_nothing():
    workspace = make_workspace()
    deliver(workspace, SAMPLE_BYTES)
    project_all()
    changes = Change.objects.count()

    deliver(workspace, SAMPLE_BYTES)
    project_all()

    assert Change.objects.count() == changes
    assert Message.objects.count() == 2


def test_a_late_broadcast_does_not_end_the_wait():
    workspace = make_workspace()
    deliver(workspace, body(messages=[message(2, 5, "Is it free?")]))
    project_all()

    deliver(workspace, body(messages=[message(1, 0, "Hi there", direction="OUTBOUND")]))
    project_all()

    assert Conversation.objects.get().waiting_since is not None


def test_the_platforms_automatic_answer_does_not_end_the_wait():
    workspace = make_workspace()

    deliver(workspace, body(messages=[message(1, 0, "Hello"), message(2, 0.02, "Thanks!", direction="OUTBOUND")]))
    project_all()

    assert Conversation.objects.get().waiting_since is not None


def test_a_persons_answer_ends_the_wait():
    workspace = make_workspace()

    deliver(workspace, body(messages=[message(1, 0, "Hello"), message(2, 3, "Hi Jo!", direction="OUTBOUND")]))
    project_all()

    assert Conversation.objects.get().waiting_since is None


def test_a_disposition_closes_and_a_later_text_opens_again():
    workspace = make_workspace()
    closing = body("Disposition", messages=[message(1, 0, "Hi")], disposition="OK", dispositionTimestamp=stamp(5))
    deliver(workspace, closing)
    project_all()
    assert Conversation.objects.get().status == Conversation.Status.CLOSED

    deliver(workspace, body(messages=[message(2, 9, "One more thing")]))
    project_all()

    conversation = Conversation.objects.get()
    assert conversation.status == Conversation.Status.OPEN
    assert Disposition.objects.get().name == conversation.disposition == "OK"


def test_an_older_statement_of_the_lead_arriving_late_changes_nothing():
    workspace = make_workspace()
    deliver(workspace, body(messages=[message(2, 9, "b")], normalizedCarrier="T-Mobile"))
    project_all()

    deliver(workspace, body(messages=[message(1, 1, "a")], normalizedCarrier="Verizon Wireless"))
    project_all()

    assert Lead.objects.get().normalized_carrier == "T-Mobile"


def test_lead_status_never_goes_back():
    workspace = make_workspace()
    deliver(workspace, body(messages=[message(1, 1, "a")], status="DELIVERED"))
    deliver(workspace, body(messages=[message(2, 2, "b")], status="SENT"))

    project_all()

    assert Lead.objects.get().status == "DELIVERED"


@pytest.mark.parametrize("text", ["STOP", "stop.", "Unsubscribe", "opt out"])
def test_a_word_that_revokes_consent_locks_at_once(text):
    deliver(make_workspace(), body(messages=[message(1, 0, text)]))

    project_all()

    assert Conversation.objects.get().status == Conversation.Status.OPTED_OUT
    assert Conversation.objects.get().waiting_since is None


def test_an_opt_out_locks_the_number_in_every_campaign():
    workspace = make_workspace()
    deliver(workspace, body(lead_id="a", messages=[message(1, 0, "Hi")]))
    project_all()

    deliver(workspace, body("OptOut", lead_id="b", messages=[message(2, 5, "STOP")]))
    project_all()

    assert set(Conversation.objects.values_list("status", flat=True)) == {"opted_out"}
    assert Change.objects.filter(conversation_id=Conversation.objects.get(lead__remote_id="a").id).count() == 2


def test_an_opt_in_stays_closed_until_a_get_has_shown_it():
    workspace = make_workspace()
    deliver(workspace, body("OptOut", messages=[message(1, 0, "STOP")]))
    project_all()
    Conversation.objects.update(read_wanted_at=None)

    deliver(workspace, body("OptIn", messages=[message(2, 5, "START")]))
    project_all()

    conversation = Conversation.objects.get()
    assert conversation.status == Conversation.Status.OPTED_OUT
    assert conversation.read_wanted_at is not None


def test_a_do_not_contact_disposition_locks_the_number():
    payload = body("Disposition", messages=[message(1, 0, "Hi")], disposition="OK", dispositionTimestamp=stamp(5))
    payload["data"]["dispositions"][0]["doNotContact"] = True
    deliver(make_workspace(), payload)

    project_all()

    assert Consent.objects.get().kind == Consent.Kind.DO_NOT_CONTACT
    assert Conversation.objects.get().status == Conversation.Status.OPTED_OUT


def test_one_poison_delivery_is_set_aside_and_the_others_go_on():
    workspace = make_workspace()
    deliver(workspace, body(lead_id="a", messages=[message(1, 0, "Hi")]))
    poison = deliver(workspace, b"{not json")
    deliver(workspace, body(lead_id="b", messages=[message(2, 0, "Hi")]))

    project_all()

    poison.refresh_from_db()
    assert Conversation.objects.count() == 2
    assert poison.state == Delivery.State.QUARANTINED
    assert "JSON" in poison.error


def test_unknown_events_are_kept_and_counted():
    delivery = deliver(make_workspace(), {"eventType": "SomethingNew", "data": {}})

    project_all()

    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.IGNORED
    assert "SomethingNew" in delivery.error


def test_replay_of_the_whole_ledger_changes_nothing():
    workspace = make_workspace()
    deliver(workspace, SAMPLE_BYTES)
    deliver(workspace, body("OptOut", messages=[message(7, 900, "STOP")]))
    project_all()
    before = list(Message.objects.order_by("id").values()), list(Conversation.objects.values())
    changes = Change.objects.count()

    replay(list(Delivery.objects.values_list("id", flat=True)))
    project_all()

    assert (list(Message.objects.order_by("id").values()), list(Conversation.objects.values())) == before
    assert Change.objects.count() == changes
