"""An update unlocks nobody and loses no evidence; what Engage was never told of, it is told."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from engage.mirror.consent import locked_numbers
from engage.models import Consent, Lead, Telling
from engage.outbox.telling import tell_due
from tests.engage.test_seen_migration import migrate

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

BEFORE_NUMBERS, BEFORE_TELLING = [("engage", "0016_readings")], [("engage", "0022_parts_of_a_lead")]
NOW = timezone.now().replace(microsecond=0)
NUMBER = "+15555551212"
SPELLINGS = (NUMBER, "5555551212", "(555) 555-1212", "1-555-555-1212", " 555.555.1212 ")


@pytest.fixture
def newest() -> Iterator[list[tuple[str, str]]]:
    found = MigrationExecutor(connection).loader.graph.leaf_nodes("engage")
    yield found
    migrate(found)


class Former:
    """Rows as a former release stored them."""

    def __init__(self, apps: Any) -> None:
        self.apps = apps
        self.workspace = apps.get_model("engage", "Workspace").objects.create(org_id=1, workspace_id=1)
        self.campaign = self.make("Campaign", remote_id="c")

    def make(self, name: str, **fields: Any) -> Any:
        return self.apps.get_model("engage", name).objects.create(workspace=self.workspace, **fields)

    def meet(self, remote_id: str, phone: str, from_number: str = "+17165127760", **fields: Any) -> Any:
        lead = self.make(
            "Lead", campaign=self.campaign, remote_id=remote_id, phone=phone, from_number=from_number, data={}
        )
        offered = [{"id": "7", "disposition": "Opted out", "doNotContact": True}]
        fields = {"key_fingerprint": "good", "dispositions": offered} | fields
        return self.make("Conversation", campaign=self.campaign, lead=lead, **fields)

    def say(self, conversation: Any, evidence: str, *, phone: str = "", minutes: int = 0, **fields: Any) -> Any:
        at = NOW - timedelta(days=9) + timedelta(minutes=minutes)
        said = {"kind": "opted_out", "at": at, "first_heard_at": at, "is_confirmed": True} | fields
        return self.make(
            "Consent", conversation=conversation, phone=phone or conversation.lead.phone, evidence=evidence, **said
        )

    def text(self, conversation: Any, remote_id: str, text: str) -> Any:
        self.apps.get_model("engage", "Message").objects.create(
            conversation=conversation, remote_id=remote_id, text=text, is_inbound=True, signal="stop", sent_at=NOW
        )
        return self.say(conversation, f"message:{remote_id}:{conversation.lead.remote_id}")


def test_no_spelling_of_a_number_that_was_locked_is_unlocked(newest: list[tuple[str, str]]) -> None:
    former = Former(migrate(BEFORE_NUMBERS))
    met = [former.meet(f"lead-{place}", phone) for place, phone in enumerate(SPELLINGS)]
    abroad = former.meet("lead-uk", "020 7946 0958", from_number="+442079460000")
    nameless = former.meet("lead-none", "")
    # Under each spelling something else: nothing, a START of before, a stop that was lifted, one that stands.
    former.say(met[1], "message:1:lead-1", kind="opted_in", minutes=-60)
    lift = former.say(met[2], "lifted:1", kind="lifted")
    former.say(met[2], "message:2:lead-2", lifted_by=lift)
    former.say(met[3], "disposition:lead-3:x", kind="do_not_contact")
    # The same evidence under three spellings of one lead's number, of which one was lifted.
    former.say(met[4], "message:9:lead-4")
    former.say(met[4], "message:9:lead-4", phone=NUMBER, lifted_by=lift)
    former.say(met[4], "message:9:lead-4", phone="555 555 1212")
    former.say(abroad, "event:lead-uk:x")
    former.say(nameless, "event:lead-none:x", phone="lead:lead-none")
    former.say(None, "event:gone:x", phone="(555) 555-7777")
    before = set(former.apps.get_model("engage", "Consent").objects.values_list("pk", "kind", "lifted_by", "at"))

    migrate(newest)

    numbers = [NUMBER, "+442079460958", "lead:lead-none", "+15555557777"]
    assert set(locked_numbers(former.workspace.pk, numbers)) == set(numbers)
    assert set(Consent.objects.values_list("pk", "kind", "lifted_by", "at")) == before
    assert set(Consent.objects.values_list("phone", flat=True)) == set(numbers)
    assert set(Lead.objects.filter(remote_id__in=[f"lead-{place}" for place in range(5)]).values_list("number")) == {
        (NUMBER,)
    }


def test_number_that_was_free_stays_free_and_others_stay_apart(newest: list[tuple[str, str]]) -> None:
    former = Former(migrate(BEFORE_NUMBERS))
    former.say(former.meet("lead-1", "(555) 555-1212"), "message:1:lead-1")
    free = former.meet("lead-2", "(555) 555-1213")
    former.say(free, "message:2:lead-2", kind="opted_in", minutes=10)
    former.say(free, "message:3:lead-2")

    migrate(newest)

    assert set(locked_numbers(former.workspace.pk, [NUMBER, "+15555551213"])) == {NUMBER}


def test_former_opt_outs_that_engage_does_not_know_are_told_one_after_the_other(
    newest: list[tuple[str, str]],
) -> None:
    former = Former(migrate(BEFORE_TELLING))
    unknown = [
        former.text(former.meet(f"lead-{place}", f"+1555555120{place}"), "m", text)
        for place, text in enumerate(["Unsubscribe", "stop texting me", "STOP please"])
    ]
    by_desk = former.say(former.meet("lead-3", "+15555551203"), "desk:1")
    known = [
        former.text(former.meet("lead-4", "+15555551204"), "m", " Stop "),
        former.say(former.meet("lead-5", "+15555551205"), "event:lead-5:x"),
        former.say(former.meet("lead-6", "+15555551206"), "disposition:lead-6:x", kind="do_not_contact"),
    ]

    migrate(newest)

    due = dict(Consent.objects.filter(tell_from__isnull=False).order_by("tell_from").values_list("pk", "tell_from"))
    assert set(due) == {row.pk for row in (*unknown, by_desk)}
    moments = list(due.values())
    assert all((b - a).total_seconds() >= 2 for a, b in itertools.pairwise(moments))
    assert not set(due) & {row.pk for row in known}


def test_of_a_conversation_that_was_finished_since_a_person_is_asked(newest: list[tuple[str, str]]) -> None:
    former = Former(migrate(BEFORE_TELLING))
    going_on = former.text(former.meet("lead-1", "+15555551201"), "m", "Unsubscribe")
    finished = former.text(former.meet("lead-2", "+15555551202", disposition="Sold"), "m", "Unsubscribe")
    again = former.text(former.meet("lead-3", "+15555551203"), "m", "Unsubscribe")
    former.say(again.conversation, "message:2:lead-3", kind="opted_in", minutes=90)

    migrate(newest)
    tell_due(timezone.now() + timedelta(minutes=5))

    state = dict(Telling.objects.values_list("consent_id", "state"))
    assert state == {going_on.pk: "on_its_way", finished.pk: "needs_decision", again.pk: "ended"}
    assert "Sold" in Telling.objects.get(consent_id=finished.pk).reason
    assert not Consent.objects.filter(tell_from__isnull=False).exists()
