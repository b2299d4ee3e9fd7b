from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from console.audit.models import AuditEntry
from engage.models import Campaign, Change, Command
from engage.outbox.campaigns import activate_campaign, pause_campaign
from tests.console.campaigns.described import ALWAYS, NEVER, make_described, make_list
from tests.factories import make_conversation, make_lead
from tests.html import Element, parse

pytestmark = pytest.mark.django_db
FRAGMENT = {"hx-request": "true"}
# Names that an address, a form or a page could take for something else.
HOSTILE_NAMES = [
    "March & April + 50%",
    " spaces around ",
    "/lists/../pause?x=1#y",
    "<b>bold</b>",
    "Ünïcødé 🎉",
    "x" * 200,
]


def ask(client: Client, campaign: Campaign, verb: str, **query: str) -> Element:
    response = client.get(f"/campaigns/{campaign.id}/{verb}/", query, headers=FRAGMENT)
    assert response.status_code == 200
    assert b"<html" not in response.content
    return parse(response.content)


def do(client: Client, campaign: Campaign, verb: str, **fields: Any) -> HttpResponse:
    return client.post(f"/campaigns/{campaign.id}/{verb}/", fields, headers=FRAGMENT)


def sentences(form: Element) -> list[str]:
    return [item.text for item in form.one("ul", class_="switch-effect").every("li")]


# What the click will do, said before it


def test_pause_says_in_true_numbers_what_it_stops_and_what_goes_on(sue_client: Client) -> None:
    campaign = make_described()
    for name in ("March", "April", "May"):
        make_list(campaign, name)
    make_list(campaign, "June", "READY")
    for _ in range(2):
        make_conversation(campaign=campaign)

    form = ask(sue_client, campaign, "pause")

    assert form.one("h2").text == "Pause “Spring webinar”?"
    assert sentences(form)[:2] == [
        "Stops sending to 3 lists: “April”, “March” and “May”.",
        "2 open conversations stay open for replies.",
    ]


def test_pause_of_a_list_counts_its_own_conversations(sue_client: Client) -> None:
    campaign = make_described()
    march = make_list(campaign, "March")
    make_conversation(lead=make_lead(campaign=campaign, remote_list_id=march.remote_id))
    make_conversation(campaign=campaign)

    form = ask(sue_client, campaign, "lists/pause", list_name="March")

    assert sentences(form)[1] == "1 open conversation stays open for replies."


def test_activation_says_which_lists_it_sends_to_and_when(sue_client: Client) -> None:
    campaign = make_described(status="READY")
    make_list(campaign, "March")
    make_list(campaign, "April", "READY")

    form = ask(sue_client, campaign, "activation")

    assert sentences(form) == [
        "Starts sending to 1 list: “March”.",
        "1 list of it is not active and will get nothing.",
        "Its hours are open now in every US time zone.",
    ]


def test_activation_outside_the_hours_says_so(sue_client: Client) -> None:
    campaign = make_described(status="READY", schedule=NEVER)

    assert sentences(ask(sue_client, campaign, "activation"))[-1] == "Its schedule allows no texts at all."


@pytest.mark.parametrize(
    ("told", "last"),
    [
        ({"windows": []}, "It is outside its hours now: no texts go out until "),
        ({"closed": True}, "It is outside its hours now: no texts go out until "),
        ({"sometimes": "yes"}, "Engage told hours that are not understood, so whether they are open now is not known."),
    ],
)
def test_activation_on_a_day_with_an_exception_does_not_say_open_now(
    sue_client: Client, told: dict[str, Any], last: str
) -> None:
    today = timezone.now().date()
    exceptions = [{"date": str(today + timedelta(days=ahead))} | told for ahead in (-1, 0, 1)]
    campaign = make_described(status="READY", schedule=ALWAYS | {"exceptions": exceptions})

    said = sentences(ask(sue_client, campaign, "activation"))

    assert said[-1].startswith(last)
    assert not any("open now in" in sentence for sentence in said)


@pytest.mark.parametrize("told", [None, [], "always", {"monday": "x"}])
def test_activation_with_hours_that_are_nonsense_says_so(sue_client: Client, told: Any) -> None:
    campaign = make_described(status="READY", schedule=told)

    assert "told hours that are not understood" in sentences(ask(sue_client, campaign, "activation"))[-1]


@pytest.mark.parametrize("status", ["DRAFT", "PENDING_APPROVAL"])
def test_what_is_not_approved_says_so_before_the_click_and_refuses_it(sue_client: Client, status: str) -> None:
    campaign = make_described(status=status, was_active=False)

    form = ask(sue_client, campaign, "activation")
    response = do(sue_client, campaign, "activation")

    assert "approve" in form.one("p", class_="switch-obstacle").text.lower()
    assert not form.every("button")
    assert response.status_code == 422
    assert not Command.objects.exists()
    assert not AuditEntry.objects.exists()


# The click


def test_pause_becomes_a_command_with_its_audit_entry(sue_client: Client, sue: User) -> None:
    campaign = make_described()
    key = str(uuid.uuid4())

    response = do(sue_client, campaign, "pause", key=key)

    command = Command.objects.get()
    assert response.status_code == 200
    assert (command.kind, command.campaign_id, command.created_by, str(command.key)) == ("pause", campaign.id, sue, key)
    entry = AuditEntry.objects.get()
    assert (entry.by, entry.action, entry.campaign_id) == (sue, "paused campaign", campaign.id)
    assert (entry.before, entry.after) == ({"status": "ACTIVE"}, {"command": command.id})
    assert entry.address == "127.0.0.1"
    assert entry.request_id == response.headers["X-Request-Id"]
    assert Change.objects.filter(campaign_id=campaign.id, conversation_id=None).exists()


def test_answer_brings_row_and_page_up_to_date_and_closes_the_dialog(sue_client: Client) -> None:
    campaign = make_described()

    answer = parse(do(sue_client, campaign, "pause").content)

    targets = {part.attributes["hx-target"]: part for part in answer.every("hx-partial")}
    assert "texts may still go out" in targets[f"#campaign-{campaign.id}"].text
    assert "texts may still go out" in targets[f"#campaign-head[data-campaign='{campaign.id}']"].text
    assert targets["#dialog"].text == ""


def test_activation_becomes_a_command(sue_client: Client) -> None:
    campaign = make_described(status="READY")

    do(sue_client, campaign, "activation")

    assert Command.objects.get().kind == "activate"
    assert AuditEntry.objects.get().action == "activated campaign"


def test_second_click_of_the_same_form_is_one_command_and_one_entry(sue_client: Client) -> None:
    campaign, key = make_described(), str(uuid.uuid4())

    answers = [do(sue_client, campaign, "pause", key=key).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert Command.objects.count() == AuditEntry.objects.count() == 1


def test_key_of_another_form_is_refused_with_a_fresh_one(sue_client: Client) -> None:
    campaign, key = make_described(), str(uuid.uuid4())
    do(sue_client, campaign, "pause", key=key)

    response = do(sue_client, make_described(), "pause", key=key)

    form = parse(response.content)
    assert response.status_code == 422
    assert "already used" in form.one("p", class_="form-error").text
    assert form.one("input", name="key").attributes["value"] != key
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize("name", HOSTILE_NAMES)
@pytest.mark.parametrize(("verb", "kind"), [("pause", "list_pause"), ("activation", "list_activate")])
def test_list_is_named_verbatim_from_page_to_command(sue_client: Client, name: str, verb: str, kind: str) -> None:
    campaign = make_described()
    make_list(campaign, name, "ACTIVE" if verb == "pause" else "READY")
    page = parse(sue_client.get(f"/campaigns/{campaign.id}/").content)
    [link] = page.by_id("campaign-lists").one("ul", class_="lists").every("a")

    form = parse(sue_client.get(link.attributes["href"], headers=FRAGMENT).content)
    fields = {field.attributes["name"]: field.attributes["value"] for field in form.every("input", type="hidden")}
    sue_client.post(form.one("form").attributes["action"], fields, headers=FRAGMENT)

    command = Command.objects.get()
    assert (command.kind, command.list_name) == (kind, name)
    assert AuditEntry.objects.get().subject == name


def test_list_that_the_console_never_heard_of_can_be_paused_by_name(sue_client: Client) -> None:
    campaign = make_described()

    do(sue_client, campaign, "lists/pause", list_name="Loaded elsewhere")

    assert Command.objects.get().list_name == "Loaded elsewhere"
    shown = parse(sue_client.get(f"/campaigns/{campaign.id}/").content).by_id("campaign-lists")
    assert shown.one("span", class_="list-name").text == "Loaded elsewhere"


def test_without_javascript_the_page_asks_and_the_click_leads_back(sue_client: Client) -> None:
    campaign = make_described()

    page = parse(sue_client.get(f"/campaigns/{campaign.id}/pause/").content)
    response = sue_client.post(f"/campaigns/{campaign.id}/pause/")

    form = page.one("form", class_="switch")
    assert form.attributes["action"] == f"/campaigns/{campaign.id}/pause/"
    assert "hx-post" not in form.attributes
    assert response.headers["Location"] == f"/campaigns/{campaign.id}/"
    assert "Pausing" in parse(sue_client.get(response.headers["Location"]).content).by_id("campaign-head").text


@pytest.mark.parametrize("verb", ["pause", "activation", "lists/pause", "lists/activation"])
def test_agent_is_not_offered_it_and_may_not_do_it(client: Client, ada: User, verb: str) -> None:
    campaign = make_described()

    answers = [client.get(f"/campaigns/{campaign.id}/{verb}/"), do(client, campaign, verb)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not Command.objects.exists()
    sheet = client.get(f"/people/{ada.id}.css").content.decode()
    assert ".for-pausers { display: none" in sheet
    assert ".for-runners { display: none" in sheet


def test_supervisor_is_offered_everything(sue_client: Client, sue: User) -> None:
    assert b".for-pausers" not in sue_client.get(f"/people/{sue.id}.css").content


@pytest.mark.parametrize("path", ["pause/", "activation/", "lists/pause/", "lists/activation/"])
def test_other_methods_are_refused(sue_client: Client, path: str) -> None:
    assert sue_client.put(f"/campaigns/{make_described().id}/{path}").status_code == 405


@pytest.mark.parametrize("verb", ["lists/pause", "lists/activation"])
def test_list_without_a_name_never_becomes_its_campaign(sue_client: Client, verb: str) -> None:
    campaign = make_described()

    assert sue_client.get(f"/campaigns/{campaign.id}/{verb}/").status_code == 404
    assert do(sue_client, campaign, verb).status_code == 404
    assert sue_client.post(f"/campaigns/{campaign.id}/{verb}/?list_name=March").status_code == 404
    assert not Command.objects.exists()


def test_key_that_is_none_is_refused_and_nothing_happens(sue_client: Client) -> None:
    campaign = make_described()

    response = do(sue_client, campaign, "pause", key="7")

    assert response.status_code == 422
    assert not Command.objects.exists()


# What becomes of it


def decide(client: Client, command: Command, decision: str) -> HttpResponse:
    return do(client, command.campaign, f"commands/{command.id}/decision", decision=decision)


def test_waiting_activation_can_be_cancelled(sue_client: Client, sue: User) -> None:
    command = activate_campaign(campaign=make_described(status="READY"), by=sue, key=uuid.uuid4())

    response = decide(sue_client, command, "cancel")

    command.refresh_from_db()
    assert response.status_code == 200
    assert command.state == Command.State.CANCELLED
    assert not parse(response.content).every("div", class_="notice")
    assert AuditEntry.objects.get().action == "cancelled activation"


def test_what_could_not_be_confirmed_is_shown_with_what_a_person_can_do(sue_client: Client, sue: User) -> None:
    campaign = make_described(status="READY")
    command = activate_campaign(campaign=campaign, by=sue, key=uuid.uuid4())
    Command.objects.filter(id=command.id).update(state=Command.State.UNCONFIRMED, reason="It still reads READY")

    notice = parse(sue_client.get(f"/campaigns/{campaign.id}/").content).one("div", class_="notice")
    response = decide(sue_client, command, "leave")

    assert "Activation could not be confirmed. It still reads READY. Sue asked at" in notice.text
    assert [action.text for action in (*notice.every("a"), *notice.every("button"))] == ["Activate again", "Leave it"]
    command.refresh_from_db()
    assert (response.status_code, command.state) == (200, Command.State.DISCARDED)
    assert AuditEntry.objects.get().after == {"state": "discarded"}


def test_decision_on_what_has_moved_on_is_refused(sue_client: Client, sue: User) -> None:
    command = activate_campaign(campaign=make_described(status="READY"), by=sue, key=uuid.uuid4())
    Command.objects.filter(id=command.id).update(state=Command.State.CONFIRMED)

    response = decide(sue_client, command, "cancel")

    assert response.status_code == 409
    assert "moved on" in parse(response.content).one("hx-partial", hx_target="#toast").text
    assert not AuditEntry.objects.exists()


def test_pause_has_no_cancel(sue_client: Client, sue: User) -> None:
    campaign = make_described()
    pause_campaign(campaign=campaign, by=sue, key=uuid.uuid4())

    notice = parse(sue_client.get(f"/campaigns/{campaign.id}/").content).one("div", class_="notice")

    assert notice.every("button") == []


@pytest.mark.parametrize("decision", ["send_again", "", "nonsense"])
def test_decision_that_makes_no_sense_is_refused(sue_client: Client, sue: User, decision: str) -> None:
    command = activate_campaign(campaign=make_described(status="READY"), by=sue, key=uuid.uuid4())

    assert decide(sue_client, command, decision).status_code == 422


def test_command_of_another_campaign_is_not_found_and_agents_decide_nothing(
    sue_client: Client, client: Client, sue: User
) -> None:
    command = activate_campaign(campaign=make_described(status="READY"), by=sue, key=uuid.uuid4())

    elsewhere = do(sue_client, make_described(), f"commands/{command.id}/decision", decision="cancel")

    assert elsewhere.status_code == 404
    assert decide(client, command, "cancel").status_code == 403
    assert sue_client.get(f"/campaigns/{command.campaign_id}/commands/{command.id}/decision/").status_code == 405
