"""Buttons and words of campaigns whose platform has other words for sending and for rest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from engage.api.client import EngageClient
from engage.mirror.platform import client_for
from engage.mirror.reconcile import read_campaigns
from engage.models import Campaign, Command
from engage.vault import Secret
from tests.console.campaigns.described import make_described, make_list
from tests.factories import make_workspace
from tests.html import parse
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db

BUTTONS = [
    ("ACTIVE", {"Pause"}),
    ("Running", {"Pause"}),
    ("IN_PROGRESS", {"Pause"}),
    ("READY", {"Activate"}),
    ("PAUSED", {"Activate"}),
    ("Inactive", {"Activate"}),
    ("STOPPED", {"Activate"}),
    ("COMPLETED", {"Activate"}),
    ("DRAFT", set()),
    ("pending_approval", set()),
    ("THROTTLED", {"Pause", "Activate"}),
]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess() as sandbox:
        yield sandbox


def buttons(client: Client, campaign: Campaign) -> tuple[set[str], set[str]]:
    """On the board, and on the campaign's page."""
    row = parse(client.get("/campaigns/").content).by_id(f"campaign-{campaign.id}")
    head = parse(client.get(f"/campaigns/{campaign.id}/").content).by_id("campaign-head")
    verbs = ("Pause", "Activate")
    return tuple(  # type: ignore[return-value]
        {verb for verb in verbs if any(link.text.startswith(verb) for link in part.every("a", class_="button"))}
        for part in (row, head)
    )


@pytest.mark.parametrize(("status", "wanted"), BUTTONS)
def test_buttons_follow_what_the_word_means(sue_client: Client, status: str, wanted: set[str]) -> None:
    campaign = make_described(status=status)

    assert buttons(sue_client, campaign) == (wanted, wanted)


def test_campaign_that_was_read_without_any_word_can_be_paused_and_activated(sue_client: Client) -> None:
    campaign = make_described(status="")
    Campaign.objects.filter(pk=campaign.pk).update(confirmed_at=timezone.now())

    assert buttons(sue_client, campaign) == ({"Pause", "Activate"}, {"Pause", "Activate"})


@pytest.mark.parametrize(
    ("status", "words"), [("RUNNING", "Pause"), ("PAUSED", "Activate"), ("THROTTLED", "PauseActivate")]
)
def test_buttons_of_a_list_follow_what_its_word_means(sue_client: Client, status: str, words: str) -> None:
    campaign = make_described()
    make_list(campaign, "March", status)

    lists = parse(sue_client.get(f"/campaigns/{campaign.id}/").content).by_id("campaign-lists")

    actions = lists.one("span", class_="list-actions").text
    assert actions.replace(" the list March", "").replace(" ", "") == words


def test_filters_of_the_board_gather_words_of_one_meaning(sue_client: Client) -> None:
    for status in ("ACTIVE", "RUNNING", "PAUSED", "STOPPED", "COMPLETED"):
        make_described(name=status, status=status)

    def shown(filter_: str) -> set[str]:
        page = parse(sue_client.get("/campaigns/", {"show": filter_}).content)
        return {cell.one("a").text for cell in page.every("div", class_="board-name")}

    assert shown("active") == {"ACTIVE", "RUNNING"}
    assert shown("paused") == {"PAUSED", "STOPPED"}
    assert shown("other") == {"COMPLETED"}


def test_activation_of_a_running_campaign_is_no_activation_of_lists_that_rest(sue_client: Client) -> None:
    campaign = make_described(status="PAUSED")
    make_list(campaign, "March", "RUNNING")
    make_list(campaign, "April", "STOPPED")

    form = parse(sue_client.get(f"/campaigns/{campaign.id}/activation/").content)

    said = [item.text for item in form.one("ul", class_="switch-effect").every("li")]
    assert said[:2] == ["Starts sending to 1 list: “March”.", "1 list of it is not active and will get nothing."]


@pytest.mark.parametrize(
    "dialects", [("says-paused", "says-running"), ("says-stopped", "says-running"), ("says-inactive",)]
)
def test_desk_can_pause_what_the_sandbox_says_is_running_and_activate_what_it_says_is_paused(
    sandbox: SandboxProcess, sue: User, sue_client: Client, dialects: tuple[str, ...]
) -> None:
    sandbox.reset()
    sandbox.set_dialect(*dialects)
    workspace = make_workspace(origin=sandbox.url)
    workspace.api_key = Secret(sandbox.api_key)
    workspace.save()
    client: EngageClient = client_for(workspace)
    try:
        read_campaigns(workspace, client)
        running = Campaign.objects.get(name="Spring webinar")
        before = buttons(sue_client, running)
        client.pause_campaign(running.remote_id)
        read_campaigns(workspace, client)
        after = buttons(sue_client, running)
    finally:
        sandbox.set_dialect()

    assert before == ({"Pause"}, {"Pause"})
    assert after == ({"Activate"}, {"Activate"})
    assert not Command.objects.exists()
