"""Guide "Campaign and List Management", its endpoints. Each test names the sentence it tries."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.platform import Platform

MESSAGES = ("outgoingMessage", "responseMessage", "helpMessage", "stopMessage", "startMessage")
READS = ("/campaigns", "/campaigns/{id}")
WRITES = ("/messages", "/activate", "/pause", "/lists/activate", "/lists/pause")
LIFE = {"campaignStatus", "sendingStatus", "sendingStatusDescription", "nextRunTime", "updated", "events"}


def settled(campaign: dict[str, Any]) -> dict[str, Any]:
    """Without what sending, or a change of status, moves."""
    return {name: value for name, value in campaign.items() if name not in LIFE}


# Security


@pytest.mark.parametrize("path", READS)
def test_reading_asks_for_the_api_key(platform: Platform, campaign: dict[str, Any], path: str) -> None:
    """The Header name is "X-API-KEY" and the value is one of the encrypted API keys of your workspace."""
    answer = platform.call("GET", path.format(id=campaign["id"]), with_key=False)

    assert answer.status_code in (401, 403)


@pytest.mark.parametrize("path", WRITES)
def test_writing_asks_for_the_api_key(platform: Platform, own_campaign: dict[str, Any], path: str) -> None:
    """A custom HTTP header must be included in the POST request."""
    answer = platform.call("POST", f"/campaigns/{own_campaign['id']}{path}", with_key=False, json={})

    assert answer.status_code in (401, 403)
    assert settled(platform.campaign(own_campaign["id"])) == settled(own_campaign)


# Retrieve Campaign List


def test_list_is_a_json_array_of_the_workspaces_campaigns(platform: Platform) -> None:
    """Return: A JSON array of campaign objects in the workspace."""
    answer = platform.call("GET", "/campaigns")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    assert isinstance(answer.json(), list)
    assert len({campaign["workspaceId"] for campaign in answer.json()}) <= 1


def test_list_names_each_campaign_once(platform: Platform) -> None:
    """Retrieves a complete list of all text messaging campaigns; unique identifiers."""
    identifiers = [campaign["id"] for campaign in platform.campaigns()]

    assert len(set(identifiers)) == len(identifiers)


# Retrieve Single Campaign


def test_single_campaign_is_the_one_of_the_list(platform: Platform, campaign: dict[str, Any]) -> None:
    """Return: A single campaign objects in the workspace."""
    single = platform.campaign(campaign["id"])

    assert set(single) == set(campaign)
    assert settled(single) == settled(campaign)


def test_unknown_campaign_is_no_campaign(platform: Platform) -> None:
    """Fetches detailed information for a specific text messaging campaign."""
    answer = platform.call("GET", "/campaigns/000000000000000000000000")

    assert 400 <= answer.status_code < 500


# Activate and pause


def switch(platform: Platform, campaign: dict[str, Any], deed: str) -> dict[str, Any]:
    answer = platform.call("POST", f"/campaigns/{campaign['id']}/{deed}")
    assert answer.status_code == 200
    return dict(answer.json())


def test_activate_makes_it_active_and_answers_the_campaign(platform: Platform, ready_campaign: dict[str, Any]) -> None:
    """Transitions a campaign's status from inactive or paused to active. Return: The single campaign object."""
    answer = switch(platform, ready_campaign, "activate")

    assert (answer["id"], answer["campaignStatus"]) == (ready_campaign["id"], "ACTIVE")
    assert platform.campaign(ready_campaign["id"])["campaignStatus"] == "ACTIVE"


def test_pause_suspends_it_and_answers_the_campaign(platform: Platform, ready_campaign: dict[str, Any]) -> None:
    """Temporarily suspends an active messaging campaign. Return: The single campaign object that was paused."""
    switch(platform, ready_campaign, "activate")

    answer = switch(platform, ready_campaign, "pause")

    assert answer["id"] == ready_campaign["id"]
    assert answer["campaignStatus"] != "ACTIVE"
    assert answer["sendingStatus"] == "IDLE"


def test_pause_preserves_configuration_and_history(platform: Platform, ready_campaign: dict[str, Any]) -> None:
    """Halts all message dispatches while preserving the campaign's configuration and historical data."""
    switch(platform, ready_campaign, "activate")

    answer = switch(platform, ready_campaign, "pause")

    assert settled(answer) == settled(ready_campaign)
    assert answer["events"][: len(ready_campaign["events"])] == ready_campaign["events"]


def test_paused_campaign_is_resumed(platform: Platform, ready_campaign: dict[str, Any]) -> None:
    """Used when you are ready to roll out the messaging initiative or resume a temporarily halted campaign."""
    switch(platform, ready_campaign, "activate")
    switch(platform, ready_campaign, "pause")

    assert switch(platform, ready_campaign, "activate")["campaignStatus"] == "ACTIVE"


# Lead lists by name


def switch_list(platform: Platform, campaign: dict[str, Any], name: str, deed: str) -> dict[str, Any]:
    answer = platform.call("POST", f"/campaigns/{campaign['id']}/lists/{deed}", params={"listName": name})
    assert answer.status_code == 200
    return dict(answer.json())


def test_list_is_activated_by_its_name(platform: Platform, own_campaign: dict[str, Any], own_list: str) -> None:
    """Activates a specific lead list using its descriptive name as an identifier. Return: an object of it."""
    answer = switch_list(platform, own_campaign, own_list, "activate")

    # The guide says the campaign; its neighbour, for pausing, says the list.
    assert answer["id"] == own_campaign["id"] or own_list in (answer.get("name"), answer.get("listName"))


def test_list_is_paused_by_its_name(platform: Platform, own_campaign: dict[str, Any], own_list: str) -> None:
    """Pauses message processing for a designated lead list. Return: The single campaign list object."""
    switch_list(platform, own_campaign, own_list, "activate")

    answer = switch_list(platform, own_campaign, own_list, "pause")

    assert own_list in (answer.get("name"), answer.get("listName"))
    assert own_campaign["id"] in (answer.get("campaignId"), answer.get("messagingCampaignId"))


def test_list_keeps_its_association_and_can_be_activated_again(
    platform: Platform, own_campaign: dict[str, Any], own_list: str
) -> None:
    """While retaining the association and configuration for future reactivation."""
    for deed in ("pause", "activate", "pause"):
        switch_list(platform, own_campaign, own_list, deed)


@pytest.mark.parametrize("deed", ["activate", "pause"])
def test_list_name_is_verbatim(platform: Platform, own_campaign: dict[str, Any], own_list: str, deed: str) -> None:
    """The verbatim list name that was loaded into the messaging campaign."""
    path = f"/campaigns/{own_campaign['id']}/lists/{deed}"

    answer = platform.call("POST", path, params={"listName": f"{own_list} that nobody has loaded"})

    assert 400 <= answer.status_code < 500


# Update Campaign Messaging (and request approval); last, for an account's own campaign then awaits its approval


def update(platform: Platform, campaign: dict[str, Any], **texts: str | None) -> dict[str, Any]:
    body = dict.fromkeys(MESSAGES, "") | texts
    answer = platform.call("POST", f"/campaigns/{campaign['id']}/messages", json=body)
    assert answer.status_code == 200
    return dict(answer.json())


def test_update_changes_what_is_given_and_answers_the_campaign(
    platform: Platform, own_campaign: dict[str, Any]
) -> None:
    """Enables modifications to the message content. Return: The single campaign object."""
    text = f"{own_campaign['messages']['helpMessage']} ."

    answer = update(platform, own_campaign, helpMessage=text)

    assert answer["id"] == own_campaign["id"]
    assert answer["messages"]["helpMessage"] == text
    assert platform.campaign(own_campaign["id"])["messages"] == answer["messages"]


@pytest.mark.parametrize("nothing", ["", None])
def test_blank_or_null_is_not_updated(platform: Platform, own_campaign: dict[str, Any], nothing: str | None) -> None:
    """Request Body: Leave blank or null anything that does not require updating."""
    answer = update(platform, own_campaign, **dict.fromkeys(MESSAGES, nothing))

    assert answer["messages"] == own_campaign["messages"]


def test_update_requests_approval(platform: Platform, own_campaign: dict[str, Any]) -> None:
    """Update Campaign Messaging (and request approval)."""
    answer = update(platform, own_campaign, helpMessage=f"{own_campaign['messages']['helpMessage']} .")

    assert answer["campaignStatus"] == "PENDING_APPROVAL"


def test_update_leaves_everything_but_the_messages(platform: Platform, own_campaign: dict[str, Any]) -> None:
    """Ensuring that campaigns remain aligned."""
    answer = update(platform, own_campaign, helpMessage=f"{own_campaign['messages']['helpMessage']} .")

    ours = {"messages", "zendeskApprovalTicketId"}
    before, after = settled(own_campaign), settled(answer)
    assert {name: after[name] for name in after if name not in ours} == {
        name: before[name] for name in before if name not in ours
    }
