"""What becomes of an approved change: it follows its command and the platform to its end."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from console.campaigns import approvals, follow, versions
from console.campaigns.models import ChangeRequest, TemplateVersion
from engage.models import Campaign, Change, Command
from tests.console.campaigns.platform import describe, end_command

State = ChangeRequest.State
NEW = "Hi {{FirstName}}, Northfield Learning here. A free webinar on Thursday? Reply STOP to opt out."


@pytest.fixture
def campaign(db: None) -> Campaign:
    campaign = describe(status="ACTIVE")
    follow.settle(campaign)
    return campaign


def propose(campaign: Campaign, by: User, text: str = NEW, **texts: str) -> ChangeRequest:
    proposed = texts or {"outgoingMessage": text}
    base = {field: campaign.messages[field] for field in proposed}
    return approvals.propose(campaign=campaign, base=base, proposed=proposed, comment="Shorter", by=by)


def approve(request: ChangeRequest, by: User) -> None:
    approvals.approve(request=request, shown_hash=request.proposed_hash, by=by)


def follow_up(request: ChangeRequest) -> str:
    follow.settle(Campaign.objects.get(pk=request.campaign_id))
    request.refresh_from_db()
    return request.state


def test_request_follows_the_platform_until_it_is_live(campaign: Campaign, ada: User, sue: User) -> None:
    request = propose(campaign, ada)
    approve(request, sue)
    states = [follow_up(request)]

    describe(campaign, status="PENDING_APPROVAL", outgoingMessage=NEW)
    states.append(follow_up(request))
    describe(campaign, status="READY", outgoingMessage=NEW)
    states.append(follow_up(request))
    describe(campaign, status="ACTIVE", outgoingMessage="Somebody wrote this at Engage")
    states.append(follow_up(request))

    assert states == [State.APPROVED, State.AT_PLATFORM, State.LIVE, State.LIVE]


def test_refusal_of_the_platform_ends_the_request_with_its_words(campaign: Campaign, ada: User, sue: User) -> None:
    request = propose(campaign, ada)
    approve(request, sue)
    end_command(Command.objects.get(), Command.State.CONFIRMED)
    describe(campaign, status="PENDING_APPROVAL", outgoingMessage=NEW)
    follow_up(request)

    describe(campaign, status="DRAFT", outgoingMessage=NEW)

    assert follow_up(request) == State.REFUSED
    assert request.reason == "Initialized"
    [version] = TemplateVersion.objects.filter(change_request=request)
    assert version.arrived_at is not None
    assert version.live_from is None


@pytest.mark.parametrize("state", [Command.State.REJECTED, Command.State.EXPIRED, Command.State.DISCARDED])
def test_what_could_not_be_sent_is_said_with_the_reason(
    campaign: Campaign, ada: User, sue: User, state: Command.State
) -> None:
    request = propose(campaign, ada)
    approve(request, sue)

    end_command(Command.objects.get(), state, "Engage said 400")

    assert follow_up(request) == State.FAILED
    assert request.reason == "Engage said 400"


def test_text_that_arrives_after_all_is_followed_again(campaign: Campaign, ada: User, sue: User) -> None:
    request = propose(campaign, ada)
    approve(request, sue)
    end_command(Command.objects.get(), Command.State.DISCARDED)
    follow_up(request)

    describe(campaign, status="PENDING_APPROVAL", outgoingMessage=NEW)

    assert follow_up(request) == State.AT_PLATFORM


def test_an_older_failed_request_does_not_take_the_credit_of_a_newer_one(
    campaign: Campaign, ada: User, sue: User
) -> None:
    failed = propose(campaign, ada)
    approve(failed, sue)
    end_command(Command.objects.get(), Command.State.REJECTED)
    follow_up(failed)
    request = propose(campaign, ada)
    approve(request, sue)

    describe(campaign, status="READY", outgoingMessage=NEW)

    assert [follow_up(failed), follow_up(request)] == [State.FAILED, State.LIVE]


def test_text_replaced_before_the_platform_approved_it_was_never_live(campaign: Campaign, ada: User, sue: User) -> None:
    request = propose(campaign, ada)
    approve(request, sue)
    describe(campaign, status="PENDING_APPROVAL", outgoingMessage=NEW)
    follow_up(request)

    describe(campaign, status="PENDING_APPROVAL", outgoingMessage="Written at Engage")

    assert follow_up(request) == State.REPLACED


def test_change_of_another_template_makes_nothing_stale(campaign: Campaign, ada: User, sue: User) -> None:
    request = propose(campaign, ada)

    describe(campaign, status="ACTIVE", helpMessage="Northfield, call (518) 555-0126")

    assert follow_up(request) == State.SUBMITTED


def test_text_that_changed_under_the_command_makes_the_request_stale(campaign: Campaign, ada: User, sue: User) -> None:
    request = propose(campaign, ada)
    approve(request, sue)
    describe(campaign, status="ACTIVE", outgoingMessage="Somebody was faster")

    end_command(Command.objects.get(), Command.State.CANCELLED, "The text at Engage changed meanwhile.")

    assert follow_up(request) == State.STALE


def test_command_that_nobody_could_confirm_is_sent_again_or_given_up(campaign: Campaign, ada: User, sue: User) -> None:
    request = propose(campaign, ada)
    approve(request, sue)
    end_command(Command.objects.get(), Command.State.UNCONFIRMED)
    request.refresh_from_db()

    approvals.send_again(request=request, by=sue)
    again = Command.objects.get().state
    end_command(Command.objects.get(), Command.State.UNCONFIRMED)
    request = ChangeRequest.objects.get()
    approvals.give_up(request=request, by=sue)

    assert again == Command.State.QUEUED
    assert Command.objects.get().state == Command.State.DISCARDED
    assert follow_up(request) == State.FAILED


def test_approved_change_that_still_waits_can_be_taken_back(campaign: Campaign, ada: User, sue: User) -> None:
    request = propose(campaign, ada)
    approve(request, sue)

    approvals.give_up(request=request, by=sue)

    assert Command.objects.get().state == Command.State.CANCELLED
    assert follow_up(request) == State.FAILED
    assert request.reason == "Cancelled by Sue."


def test_settling_twice_writes_once(campaign: Campaign, ada: User, sue: User) -> None:
    request = propose(campaign, ada)
    approve(request, sue)
    campaign = describe(campaign, status="READY", outgoingMessage=NEW)
    follow.settle(campaign)
    Change.objects.all().delete()

    follow.settle(campaign)

    assert not Change.objects.exists()


def test_page_that_read_the_campaign_too_early_writes_nothing_old(campaign: Campaign, ada: User) -> None:
    early = Campaign.objects.get(pk=campaign.pk)
    follow.settle(describe(campaign, status="ACTIVE", startMessage="Newer"))

    follow.settle(early)

    assert versions.at_platform(campaign)["startMessage"].text == "Newer"
    assert TemplateVersion.objects.filter(field="startMessage").count() == 2
