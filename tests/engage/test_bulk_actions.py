"""Actions of the admin on many rows are asked about, and bounded; people with a history stay."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from console.inbox.admin import AssignmentAdmin
from console.inbox.models import Assignment
from engage.admin import CommandAdmin, DeliveryAdmin
from engage.models import Campaign, Command, Delivery, Lead
from tests.factories import make_conversation, make_lead, make_reply, make_user, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client() -> Client:
    client = Client()
    client.force_login(make_user(username="admin", role="Admin", is_staff=True))
    return client


def make_applied(count: int) -> list[Delivery]:
    workspace = make_workspace()
    rows = [Delivery(workspace=workspace, body=b"{}", state=Delivery.State.APPLIED) for _ in range(count)]
    return Delivery.objects.bulk_create(rows)


def act_on_all(client: Client, table: str, action: str, key: object, **more: Any) -> HttpResponse:
    fields = {"action": action, "select_across": "1", "index": "0", "_selected_action": [str(key)], **more}
    return client.post(f"/admin/{table}/", fields)


def test_action_on_more_than_a_page_is_asked_about_first(admin_client: Client) -> None:
    deliveries = make_applied(101)

    asked = act_on_all(admin_client, "engage/delivery", "replay_selected", deliveries[0].pk)
    assert "101 deliver" in asked.content.decode()
    assert not Delivery.objects.pending().exists()
    act_on_all(admin_client, "engage/delivery", "replay_selected", deliveries[0].pk, sure="1")

    assert Delivery.objects.pending().count() == 101


def test_action_on_what_is_ticked_is_done_at_once(admin_client: Client) -> None:
    first, second = make_applied(2)

    chosen = {"action": "replay_selected", "_selected_action": [str(first.pk)]}
    admin_client.post("/admin/engage/delivery/", chosen)

    assert list(Delivery.objects.pending()) == [first]
    assert second.state == Delivery.State.APPLIED


def test_action_on_more_than_may_be_does_nothing_and_says_so(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DeliveryAdmin, "most_at_once", 5)
    deliveries = make_applied(6)

    answer = act_on_all(admin_client, "engage/delivery", "replay_selected", deliveries[0].pk, sure="1")

    assert "at most 5 at once" in admin_client.get(answer.headers["Location"]).content.decode()
    assert not Delivery.objects.pending().exists()


def test_hold_and_delete_are_bounded_too(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CommandAdmin, "most_at_once", 1)
    monkeypatch.setattr(AssignmentAdmin, "most_at_once", 1)
    ada = make_user(username="ada")
    replies = [make_reply(conversation=make_conversation(assigned_to=ada), by=ada) for _ in range(2)]

    act_on_all(admin_client, "engage/command", "hold_selected", replies[0].pk, sure="1")
    act_on_all(admin_client, "inbox/assignment", "delete_selected", Assignment.objects.earliest("pk").pk, post="yes")

    assert not Command.objects.filter(state=Command.State.HELD).exists()
    assert Assignment.objects.count() == 2


def test_somebody_with_a_history_is_not_deleted_but_switched_off(admin_client: Client) -> None:
    ada = make_user(username="ada")
    make_reply(conversation=make_conversation(), by=ada)

    page = admin_client.get(f"/admin/auth/user/{ada.pk}/change/").content.decode()
    refused = admin_client.post(f"/admin/auth/user/{ada.pk}/delete/", {"post": "yes"})

    assert "deletelink" not in page
    assert "Switch them off instead" in admin_client.get(refused.headers["Location"]).content.decode()
    assert "delete_selected" not in admin_client.get("/admin/auth/user/").content.decode()
    assert User.objects.filter(pk=ada.pk).exists()


def test_somebody_who_never_did_anything_can_be_deleted(admin_client: Client) -> None:
    typo = make_user(username="aad")

    admin_client.post(f"/admin/auth/user/{typo.pk}/delete/", {"post": "yes"})

    assert not User.objects.filter(pk=typo.pk).exists()


@pytest.mark.parametrize("name", ["\u200b \u200b", "\u3164", "\u00ad", "\u2800", ""])
def test_link_to_a_row_is_never_empty(admin_client: Client, name: str) -> None:
    lead = make_lead(phone="+12125550143")
    Lead.objects.update(name=name)
    Campaign.objects.update(name=name)

    leads = admin_client.get("/admin/engage/lead/").content.decode()
    campaigns = admin_client.get("/admin/engage/campaign/").content.decode()

    assert f'/admin/engage/lead/{lead.pk}/change/">+12125550143</a>' in leads
    assert f'/change/">{lead.campaign.remote_id}</a>' in campaigns


@pytest.mark.parametrize("search", ["(212) 555-0143", "tel:+12125550143", "re\u00ffes 0143"])
def test_admin_finds_leads_as_the_desk_does(admin_client: Client, search: str) -> None:
    lead = make_lead(name="Maria Re\u00ffes", phone="+12125550143")
    other = make_lead(name="John Doe", phone="+12125550144")

    page = admin_client.get("/admin/engage/lead/", {"q": search}).content.decode()

    assert f"/admin/engage/lead/{lead.pk}/" in page
    assert f"/admin/engage/lead/{other.pk}/" not in page
