"""The page Connection: who may see it, what it says of an account, and taking in again."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from console.accounts.roles import ADMIN, AGENT, SUPERVISOR
from console.audit.models import AuditEntry
from console.operations import vitals
from console.operations.status import State, Status
from engage.api import events
from engage.api.errors import EngageError
from engage.mirror import reach
from engage.mirror.platform import client_for
from engage.mirror.projector import project_all
from engage.mirror.reconcile import read_campaigns
from engage.mirror.unknown_events import MOST_NAMES
from engage.models import Delivery, Pulse, Reach, Trouble, Workspace
from engage.vault import Secret
from tests.console.way_in.platform import Platform, running
from tests.factories import make_campaign, make_conversation, make_user, make_workspace
from tests.sandbox_process import ROOT

STARTED = json.loads((ROOT / "tests/payloads/conversation_started.json").read_text())
PAGE = "/connection/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_noted() -> None:
    reach.forget()


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace(name="Acme")


def sign_in(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role=role))
    return client


def set_aside(workspace: Workspace, count: int = 1, *, error: str = "data: Field required", **fields: str) -> None:
    for _ in range(count):
        Delivery.objects.create(
            workspace=workspace, body=b"{}", **{"state": Delivery.State.QUARANTINED, "error": error} | fields
        )


def group_of(error: str) -> dict[str, str]:
    return {"state": "quarantined", "event_type": "", "error": error}


def test_supervisor_sees_the_page_and_an_agent_does_not(workspace: Workspace) -> None:
    assert sign_in(SUPERVISOR).get(PAGE).status_code == 200
    assert sign_in(AGENT).get(PAGE).status_code == 403
    assert sign_in(AGENT).get("/connection/now/").status_code == 403


def test_page_takes_no_post_and_its_fragment_is_no_page(workspace: Workspace) -> None:
    client = sign_in(SUPERVISOR)

    assert client.post(PAGE).status_code == 405
    assert "<html" not in client.get("/connection/now/").content.decode()


def test_hosts_that_engage_names_stand_beside_the_configured_ones(workspace: Workspace) -> None:
    Delivery.objects.create(workspace=workspace, body=json.dumps(STARTED).encode(), event_type="ConversationStarted")

    page = sign_in(SUPERVISOR).get(PAGE).content.decode()

    assert "Engage names https://api.purecallerid.dev (3 times), configured is http://127.0.0.1:9" in page
    assert "manage.py connect_workspace Acme --conversation-origin https://api.purecallerid.dev" in page
    assert "key=" not in page


def test_organization_of_campaigns_is_compared(workspace: Workspace) -> None:
    campaign = make_campaign(workspace=workspace)
    campaign.document, campaign.confirmed_at = {"orgId": "41", "workspaceId": 2}, timezone.now()
    campaign.save()

    assert "belong to organization 41, workspace 2 (1 of 1)" in sign_in(SUPERVISOR).get(PAGE).content.decode()


def test_what_was_not_understood_is_grouped_in_words(workspace: Workspace) -> None:
    set_aside(workspace, 3)
    set_aside(workspace, 1, error="unknown event 'LeadMoved'", state="ignored", event_type="<LeadMoved>")

    page = sign_in(SUPERVISOR).get(PAGE).content.decode()

    assert "<b>3</b>" in page
    assert escape("unknown event 'LeadMoved'") in page
    assert "<LeadMoved>" not in page
    assert "Take in again" not in page


def test_admin_takes_one_group_in_again(workspace: Workspace) -> None:
    set_aside(workspace, 2)
    set_aside(workspace, 1, error="another reason")

    answer = sign_in(ADMIN).post(f"/connection/{workspace.pk}/replays/", group_of("data: Field required"), follow=True)

    assert "2 webhooks are being taken in again." in answer.content.decode()
    assert Delivery.objects.pending().count() == 2
    assert AuditEntry.objects.filter(action="replayed webhooks", subject="Acme").count() == 1


def test_supervisor_takes_nothing_in_again(workspace: Workspace) -> None:
    set_aside(workspace)

    answer = sign_in(SUPERVISOR).post(f"/connection/{workspace.pk}/replays/", group_of("data: Field required"))

    assert answer.status_code == 403
    assert not Delivery.objects.pending().exists()


def test_replay_of_nonsense_or_by_get_is_refused(workspace: Workspace) -> None:
    set_aside(workspace)
    client, address = sign_in(ADMIN), f"/connection/{workspace.pk}/replays/"

    assert client.post(address, {"state": "pending"}).status_code == 422
    assert client.get(address).status_code == 405
    assert client.post("/connection/999999/replays/", group_of("x")).status_code == 404
    assert not Delivery.objects.pending().exists()


def test_lists_on_the_page_end(workspace: Workspace) -> None:
    for number in range(40):
        set_aside(workspace, error=f"reason {number}", event_type=f"Event{number}")

    page = sign_in(SUPERVISOR).get(PAGE).content.decode()

    assert page.count("newest <time") == 20
    assert page.count(" of the newest") == 20


def ask(workspace: Workspace, answer: object) -> None:
    """One GET of a conversation that the platform answers so."""
    with running() as platform:
        _point(workspace, platform)
        platform.conversation = answer
        with suppress(EngageError):
            client_for(workspace).get_conversation(Secret("a-key"))


def _point(workspace: Workspace, platform: Platform) -> None:
    workspace.core_origin = workspace.conversation_origin = platform.url
    workspace.save()


def status_now() -> Status:
    vitals.forget()
    return Status.of(vitals.recent())


def let_pass(**time: int) -> None:
    for row in Reach.objects.exclude(failing_since=None):
        Reach.objects.filter(pk=row.pk).update(failing_since=row.failing_since - timedelta(**time))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (401, "Engage refuses (401)"),
        (404, "Engage refuses (404)"),
        ([1, 2], "Engage answers what is not understood"),
        (500, "Engage fails (500)"),
    ],
)
def test_gets_that_fail_in_a_row_are_said_within_a_minute(
    workspace: Workspace, worker: None, answer: object, words: str
) -> None:
    ask(workspace, answer)
    reach.forget()
    ask(workspace, answer)
    assert status_now().state == State.WELL

    let_pass(seconds=40)

    assert status_now().state == State.TROUBLE
    assert status_now().headline == "No conversation is read"
    assert words in status_now().lines[-1].words
    assert words in sign_in(SUPERVISOR).get(PAGE).content.decode()


def test_one_good_answer_ends_the_trouble(workspace: Workspace, worker: None) -> None:
    for _ in range(2):
        ask(workspace, 403)
        reach.forget()
    let_pass(minutes=5)

    ask(workspace, STARTED)

    assert status_now().state == State.WELL


def test_answers_of_one_kind_in_quick_succession_are_one_note(workspace: Workspace) -> None:
    ask(workspace, 404)
    for _ in range(5):
        ask(workspace, 404)

    assert Reach.objects.get().failures == 1


@pytest.mark.parametrize(("campaigns", "is_answered"), [([], True), (503, False), ({"no": "campaigns"}, False)])
def test_how_the_worker_read_the_campaigns_is_noted(workspace: Workspace, campaigns: object, is_answered: bool) -> None:
    with running() as platform:
        platform.campaigns = campaigns
        workspace.core_origin = platform.url
        workspace.save()

        with suppress(EngageError):
            read_campaigns(workspace, client_for(workspace))

    row = Reach.objects.get(kind=Reach.Kind.CAMPAIGNS)
    assert (row.answered_at is not None, row.failing_since is None) == (is_answered, is_answered)


def test_nobody_can_be_answered_is_said(workspace: Workspace, worker: None) -> None:
    make_conversation(campaign=make_campaign(workspace=workspace), is_confirmed=False)

    assert status_now().headline == "Nobody can be answered"

    make_conversation(campaign=make_campaign(workspace=workspace))
    assert status_now().state == State.WELL


def test_nothing_read_for_ten_minutes_is_said(workspace: Workspace, worker: None) -> None:
    long_ago = timezone.now() - timedelta(minutes=11)
    make_conversation(campaign=make_campaign(workspace=workspace), waiting=None, read_at=long_ago)
    row = Reach.objects.create(workspace=workspace, kind=Reach.Kind.CONVERSATION, answered_at=long_ago)

    assert status_now().headline == "Nothing was read for 10 min"

    Reach.objects.filter(pk=row.pk).update(answered_at=timezone.now())
    assert status_now().state == State.WELL


def test_page_asks_as_much_for_many_webhooks_as_for_few(workspace: Workspace) -> None:
    client = sign_in(SUPERVISOR)
    client.get(PAGE)
    counts = []
    for more in (2, 18):
        set_aside(workspace, more, error=f"after {more}")
        vitals.forget()
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))

    # Session, person, the bar and the vitals; for each workspace GETs, sends, kinds, groups, bodies and campaigns.
    assert counts[0] == counts[1]


def hear(workspace: Workspace, event_type: str, body: object, times: int = 1) -> None:
    for _ in range(times):
        Delivery.objects.create(workspace=workspace, body=json.dumps(body).encode(), event_type=event_type)
    project_all()
    vitals.forget()


def test_kinds_of_event_that_nobody_understands_are_named(workspace: Workspace) -> None:
    hear(workspace, "LeadMoved", {"what": 1})
    hear(workspace, "", STARTED | {"eventType": "LeadReplied"})

    page = sign_in(SUPERVISOR).get(PAGE).content.decode()

    assert "2 kinds of event are not understood: LeadMoved, LeadReplied" in page
    assert escape("an event that no guide names, 'LeadReplied'") in page


def test_unknown_event_raises_the_sign_once_it_is_frequent(workspace: Workspace) -> None:
    Pulse.beat("projector")
    Pulse.beat("dispatcher")
    hear(workspace, "LeadMoved", {"what": 1}, times=2)
    rare = Status.of(vitals.recent())

    hear(workspace, "LeadMoved", {"what": 1})
    frequent = Status.of(vitals.recent())

    assert (rare.state, frequent.state) == (State.WELL, State.ATTENTION)
    assert frequent.headline == "1 not understood"


def test_unknown_event_about_a_lead_raises_the_sign_at_once_until_its_name_is_known(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(workspace, "", STARTED | {"eventType": "LeadReplied"})
    before = vitals.recent()
    # After an update that knows it.
    monkeypatch.setitem(events._CONVERSATION_KINDS, "leadreplied", events.ConversationKind.NEW_MESSAGE)

    form = {"state": "applied", "event_type": "", "error": Delivery.objects.get().error}
    sign_in(ADMIN).post(f"/connection/{workspace.pk}/replays/", form)
    project_all()

    assert before.set_aside == 1
    assert not Trouble.objects.exists()
    assert not Delivery.objects.applied_in_part().exists()


def test_names_of_events_without_end_are_kept_as_twenty(workspace: Workspace) -> None:
    for number in range(30):
        hear(workspace, f"Invented{number}", {"what": 1})

    assert Trouble.objects.filter(workspace=workspace).count() == MOST_NAMES + 1


def test_list_that_was_read_in_part_is_not_said_to_be_answered_well(workspace: Workspace) -> None:
    with running() as platform:
        workspace.core_origin = platform.url
        workspace.save()
        platform.campaigns = {"items": [{"id": "c-1"}, None], "total": 90}
        read_campaigns(workspace, client_for(workspace))

    page = sign_in(SUPERVISOR).get(PAGE).content.decode()

    assert "Answered, and not all of it was understood" in page
    assert "only a part was read, for Engage says that there are 90, and shows 2" in page
    assert "Everything that came was understood" not in page


def test_conversations_that_engage_does_not_know_are_counted(workspace: Workspace) -> None:
    make_conversation(campaign=make_campaign(workspace=workspace), denied_at=timezone.now())

    assert "1 is unknown to Engage" in sign_in(SUPERVISOR).get(PAGE).content.decode()
