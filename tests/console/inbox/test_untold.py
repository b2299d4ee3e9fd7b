"""Opt-outs that Engage was not told of: they stand under "Needs a decision" until somebody says what was done."""

from __future__ import annotations

import csv
import io

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from console.accounts.scope import Scope
from console.audit.models import AuditEntry
from console.inbox.needing import OF_CONVERSATIONS, count_decisions
from engage.mirror.stopping import stop_number
from engage.models import Campaign, Change, Telling
from engage.outbox.telling import tell_due
from tests.factories import make_campaign, make_conversation, make_lead, make_team
from tests.html import parse

FRAGMENT = {"HX-Request": "true"}


def make_telling(by: User, *, name: str = "John Doe", campaign: Campaign | None = None) -> Telling:
    conversation = make_conversation(lead=make_lead(name=name, campaign=campaign), dispositions=())
    row = stop_number(conversation, by=by, reason="They rang")
    tell_due()
    return Telling.objects.select_related("conversation").get(consent=row)


def answer(client: Client, telling: Telling, *, htmx: bool = True, **fields: str) -> HttpResponse:
    return client.post(f"/decisions/untold/{telling.pk}/", fields, headers=FRAGMENT if htmx else {})


def test_it_stands_on_the_page_and_is_counted(client: Client, ada: User) -> None:
    telling = make_telling(ada, name="Maria Reyes")

    row = parse(client.get("/decisions/").content).by_id(f"telling-{telling.pk}")

    assert "Maria Reyes" in row.text
    assert "Stopped by Ada" in row.text
    assert "no disposition that means do not contact" in row.text
    assert [button.text for button in row.every("button")] == ["Told by phone", "Chosen by hand", "Leave it"]
    assert count_decisions(Scope.of(ada))[OF_CONVERSATIONS] == 1


def test_lead_says_whether_engage_knows(client: Client, ada: User) -> None:
    telling = make_telling(ada)

    lead = parse(client.get(f"/conversations/{telling.conversation_id}/").content).by_id("lead")

    assert "Somebody has to tell Engage" in lead.text


@pytest.mark.parametrize("said", ["by_phone", "by_hand", "left"])
def test_what_somebody_did_ends_it_and_is_written_down(client: Client, ada: User, said: str) -> None:
    telling = make_telling(ada)
    Change.objects.all().delete()

    response = answer(client, telling, answer=said)

    telling.refresh_from_db()
    entry = AuditEntry.objects.latest("id")
    assert response.status_code == 200
    assert (telling.state, telling.answer, telling.by) == (Telling.State.ANSWERED, said, ada)
    assert (entry.by, entry.conversation_id, entry.after["answer"]) == (ada, telling.conversation_id, said)
    assert Change.objects.filter(conversation_id=telling.conversation_id).exists()
    assert "untold" not in client.get("/decisions/").content.decode().replace("/decisions/untold/", "")
    assert count_decisions(Scope.of(ada))[OF_CONVERSATIONS] == 0
    tell_due()
    telling.refresh_from_db()
    assert telling.state == Telling.State.ANSWERED


def test_without_scripts_it_leads_back_to_the_page(client: Client, ada: User) -> None:
    response = answer(client, make_telling(ada), htmx=False, answer="left")

    assert (response.status_code, response.headers["Location"]) == (302, "/decisions/")


def test_second_answer_is_refused(client: Client, ada: User) -> None:
    telling = make_telling(ada)
    answer(client, telling, answer="by_phone")

    assert answer(client, telling, answer="left").status_code == 409
    telling.refresh_from_db()
    assert telling.answer == "by_phone"


def test_no_answer_is_refused(client: Client, ada: User) -> None:
    telling = make_telling(ada)

    assert answer(client, telling, answer="whatever").status_code == 422
    telling.refresh_from_db()
    assert telling.state == Telling.State.NEEDS_DECISION


def test_another_teams_is_not_seen(client: Client, ada: User, ben: User) -> None:
    telling = make_telling(ben)
    make_team(campaigns=(make_campaign(),), members=(ada,))

    assert answer(client, telling, answer="left").status_code == 404
    assert f"telling-{telling.pk}" not in client.get("/decisions/").content.decode()
    assert telling.conversation.lead.phone not in client.get("/decisions/untold/").content.decode()


def test_the_list_is_a_file_without_formulas(client: Client, ada: User) -> None:
    telling = make_telling(ada, name="=cmd()", campaign=make_campaign(name="Winter sale"))
    make_telling(ada)
    answer(client, telling, answer="nonsense")

    response = client.get("/decisions/untold/")

    header, first, second = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert header[0] == "phone"
    assert first[:3] == [telling.conversation.lead.phone, "'=cmd()", "Winter sale"]
    assert second[1] == "John Doe"
    assert "attachment" in response.headers["Content-Disposition"]


def test_page_asks_no_more_for_twenty_than_for_two(client: Client, ada: User) -> None:
    counts, campaign = [], make_campaign()
    for number in (2, 18):
        for _ in range(number):
            make_telling(ada, campaign=campaign)
        # A page also looks for its place among the changes, and further back where there are many.
        Change.objects.all().delete()
        client.get("/decisions/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/decisions/")
        counts.append(len(asked))

    # Session, person, permissions, rail and bar; the counters, commands, what went out twice, and these with all of it.
    assert counts[0] == counts[1]
