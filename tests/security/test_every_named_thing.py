"""What a query or a form names is checked like what an address names: another team's things are not there."""

from __future__ import annotations

import pytest

from console.campaigns.models import ChangeRequest, TemplateVersion
from console.inbox.models import Assignment
from engage.models import Command
from tests.factories import make_user
from tests.security.place import Place, browser_of, make_places

pytestmark = pytest.mark.django_db
HUGE = ("9" * 30, "9" * 5000, "-1", "0", "٣", "1e3", "0x10", "%00")


@pytest.fixture
def places() -> tuple[Place, Place]:
    return make_places()


@pytest.fixture
def ours(places: tuple[Place, Place]) -> Place:
    return places[0]


@pytest.fixture
def theirs(places: tuple[Place, Place]) -> Place:
    return places[1]


def test_queue_of_another_teams_campaign_is_not_found(ours: Place, theirs: Place) -> None:
    client = browser_of(ours.agent)

    assert client.get("/", {"campaign": ours.campaign.pk}).status_code == 200
    assert client.get("/", {"campaign": theirs.campaign.pk}).status_code == 404


def test_search_finds_nobody_of_another_team(ours: Place, theirs: Place) -> None:
    client = browser_of(ours.agent)

    for queue in ("needs_reply", "open", "unassigned", "all"):
        page = client.get("/", {"queue": queue, "search": "lead"}).content
        assert b"Theirs" not in page, queue
    assert b"Theirs" not in client.get("/campaigns/", {"find": "campaign"}).content
    assert b"Theirs" not in client.get("/approvals/").content


def test_earlier_messages_of_another_conversation_are_not_found(ours: Place, theirs: Place) -> None:
    client = browser_of(ours.agent)
    address = f"/conversations/{ours.conversation.pk}/messages/"

    assert client.get(address, {"before": theirs.message.pk}).status_code == 404


def test_conversation_is_assigned_to_nobody_who_may_not_see_it(ours: Place, theirs: Place) -> None:
    sue = browser_of(make_user(role="Supervisor"))

    response = sue.post(f"/conversations/{ours.conversation.pk}/assign/", {"agent": theirs.agent.pk})

    assert response.status_code == 422
    assert not Assignment.objects.exists()


def test_editor_begins_with_no_text_of_another_team(ours: Place, theirs: Place) -> None:
    client = browser_of(ours.agent)
    version = TemplateVersion.objects.filter(campaign=theirs.campaign).first()
    assert version

    for query in ({"request": theirs.request.pk}, {"version": version.pk}):
        assert client.get(f"/campaigns/{ours.campaign.pk}/templates/", query).status_code == 404


def test_versions_page_compares_no_text_of_another_team(ours: Place, theirs: Place) -> None:
    client = browser_of(ours.agent)
    ids = list(TemplateVersion.objects.filter(campaign=theirs.campaign).values_list("pk", flat=True))

    page = client.get(f"/campaigns/{ours.campaign.pk}/templates/versions/", {"old": ids[0], "new": ids[-1]})

    assert page.status_code == 200
    assert b"Theirs" not in page.content


def test_preview_fills_in_no_lead_of_another_team(ours: Place, theirs: Place) -> None:
    client = browser_of(ours.agent)

    page = client.post(f"/campaigns/{ours.campaign.pk}/templates/check/", {"lead": theirs.lead.pk})

    assert page.status_code == 200
    assert b"Theirs" not in page.content


def test_request_of_another_team_is_not_rewritten(ours: Place, theirs: Place) -> None:
    client = browser_of(ours.agent)
    fields = {"revises": theirs.request.pk, "helpMessage": "Ours now. Reply STOP to opt out."}

    response = client.post(f"/campaigns/{ours.campaign.pk}/change-requests/", fields)

    assert response.status_code == 404
    assert ChangeRequest.objects.get(pk=theirs.request.pk).proposed == theirs.request.proposed


def test_page_of_decisions_decides_nothing_that_its_person_may_not(ours: Place, theirs: Place) -> None:
    client = browser_of(ours.agent)
    before = set(Command.objects.values_list("pk", "state"))

    for command in (ours.activation, ours.lead_load):
        for decision in ("discard", "send_again", "mark_sent", "leave", "cancel"):
            response = client.post(f"/decisions/{command.pk}/", {"decision": decision})
            assert response.status_code in (403, 422), (command.kind, decision)

    assert client.post(f"/decisions/{theirs.reply.pk}/", {"decision": "discard"}).status_code == 404
    assert b"Theirs" not in client.get("/decisions/").content
    assert set(Command.objects.values_list("pk", "state")) == before


def test_live_pages_hear_nothing_of_another_team(ours: Place, theirs: Place) -> None:
    client = browser_of(ours.agent)
    query = {"conversation": theirs.conversation.pk, "about": theirs.campaign.pk, "queue": "open", "show": "all"}

    response = client.get("/live/poll/", query | {"approvals": 1, "after": 1})

    assert response.status_code in (200, 204, 205)
    assert b"Theirs" not in response.content


def test_style_sheet_of_somebody_else_is_not_found(ours: Place, theirs: Place) -> None:
    assert browser_of(ours.agent).get(f"/people/{theirs.agent.pk}.css").status_code == 404


@pytest.mark.parametrize("number", HUGE)
def test_number_that_names_nothing_breaks_nothing(number: str, ours: Place) -> None:
    client = browser_of(make_user(role="Supervisor"))
    campaign, conversation = f"/campaigns/{ours.campaign.pk}", f"/conversations/{ours.conversation.pk}"
    looks = [
        ("/", {"campaign": number}),
        ("/", {"show": number}),
        (f"{conversation}/messages/", {"before": number}),
        (f"{campaign}/templates/", {"request": number}),
        (f"{campaign}/templates/", {"version": number}),
        (f"{campaign}/templates/versions/", {"old": number, "new": number}),
        ("/live/poll/", {"conversation": number, "about": number, "campaign": number, "after": number}),
    ]
    clicks = [
        (f"{conversation}/assign/", {"agent": number}),
        (f"{campaign}/templates/check/", {"lead": number, "revises": number}),
        (f"{campaign}/change-requests/", {"lead": number, "revises": number}),
    ]

    answers = [client.get(*look).status_code for look in looks] + [client.post(*click).status_code for click in clicks]

    assert max(answers) < 500, answers
