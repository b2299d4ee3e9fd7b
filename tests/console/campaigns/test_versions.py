"""What is kept of every text that a template had."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from console.campaigns import approvals, follow, versions
from console.campaigns.models import TemplateVersion
from engage.mirror.campaigns import campaign_described
from engage.models import Campaign
from tests.console.campaigns.platform import FIRST, TEXTS, describe
from tests.factories import make_campaign

NEW = "Hi {{FirstName}}, Northfield Learning here. Reply STOP to opt out."


@pytest.fixture
def campaign(db: None) -> Campaign:
    campaign = describe(status="ACTIVE")
    follow.settle(campaign)
    return campaign


def first_messages(campaign: Campaign) -> list[TemplateVersion]:
    return list(TemplateVersion.objects.filter(campaign=campaign, field="outgoingMessage").order_by("id"))


def test_texts_first_seen_are_live_versions_that_nobody_here_wrote(campaign: Campaign) -> None:
    found = versions.at_platform(campaign)

    assert {field: version.text for field, version in found.items()} == {
        field: text for field, text in TEXTS.items() if text
    }
    assert all(version.live_from and not version.change_request_id for version in found.values())
    assert found["helpMessage"].live_from == versions.platform_time(campaign)


def test_edit_made_at_the_platform_is_kept_as_such(campaign: Campaign) -> None:
    later = describe(campaign, outgoingMessage="Written elsewhere", status="READY")

    follow.settle(later)

    old, new = first_messages(campaign)
    assert (old.replaced_at, new.arrived_at) == (versions.platform_time(later), versions.platform_time(later))
    assert (new.written_by, new.approved_by, new.change_request) == (None, None, None)


def test_approved_text_knows_who_wrote_and_who_approved_and_when_it_was_live(
    campaign: Campaign, ada: User, sue: User
) -> None:
    request = approvals.propose(
        campaign=campaign,
        base={"outgoingMessage": FIRST},
        proposed={"outgoingMessage": NEW},
        comment="",
        by=ada,
    )
    approvals.approve(request=request, shown_hash=request.proposed_hash, by=sue)
    pending = describe(campaign, status="PENDING_APPROVAL", outgoingMessage=NEW)
    follow.settle(pending)
    ready = describe(campaign, status="READY", outgoingMessage=NEW)
    follow.settle(ready)

    old, new = first_messages(campaign)

    assert (new.written_by, new.approved_by, new.change_request) == (ada, sue, request)
    assert (new.arrived_at, new.live_from) == (versions.platform_time(pending), versions.platform_time(ready))
    assert old.replaced_at == versions.platform_time(pending)


def test_old_text_that_comes_back_is_a_version_of_its_own(campaign: Campaign) -> None:
    follow.settle(describe(campaign, status="READY", outgoingMessage=NEW))
    follow.settle(describe(campaign, status="READY", outgoingMessage=FIRST))

    assert [version.text for version in first_messages(campaign)] == [FIRST, NEW, FIRST]
    assert versions.find_text(campaign, "outgoingMessage", versions.text_hash(FIRST)) == FIRST


def test_text_emptied_at_the_platform_has_no_version_there(campaign: Campaign) -> None:
    later = describe(campaign, status="READY", startMessage="")
    follow.settle(later)

    assert "startMessage" not in versions.at_platform(campaign)
    assert not versions.is_behind(later)


@pytest.mark.parametrize("same", [f"{FIRST}\r\n", f" {FIRST}", FIRST.replace("Hi", "Hi")])
def test_what_a_platform_does_to_any_text_is_no_new_version(campaign: Campaign, same: str) -> None:
    follow.settle(describe(campaign, status="ACTIVE", outgoingMessage=same))

    assert len(first_messages(campaign)) == 1


def test_text_at_a_draft_is_not_live(db: None) -> None:
    campaign = describe(status="DRAFT")

    follow.settle(campaign)

    assert not TemplateVersion.objects.exclude(live_from=None).exists()


def test_of_a_campaign_known_by_name_alone_nothing_follows(db: None) -> None:
    campaign = make_campaign()

    follow.settle(campaign)

    assert not TemplateVersion.objects.exists()


def test_nothing_is_written_while_nothing_happened(campaign: Campaign, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]  # versions at the platform; requests that are followed
        follow.settle(campaign)


def test_text_that_came_and_went_while_nobody_looked_is_a_version_too(campaign: Campaign) -> None:
    describe(campaign, status="READY", outgoingMessage="Only for an hour")
    describe(campaign, status="READY", outgoingMessage=NEW)

    assert [version.text for version in first_messages(campaign)] == [FIRST, "Only for an hour", NEW]


def test_mirror_goes_on_when_somebody_who_listens_fails(campaign: Campaign) -> None:
    def fail(**signal: object) -> None:
        raise ValueError("Not our day")

    campaign_described.connect(fail, weak=False, dispatch_uid="fail")
    try:
        later = describe(campaign, status="READY", outgoingMessage=NEW)
    finally:
        campaign_described.disconnect(dispatch_uid="fail")

    assert later.messages["outgoingMessage"] == NEW
    assert [version.text for version in first_messages(campaign)] == [FIRST, NEW]
