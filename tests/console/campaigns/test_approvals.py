"""Change requests until they are decided: who may do what, and what an approval is bound to."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from console.audit.models import AuditEntry
from console.campaigns import approvals, follow
from console.campaigns.models import ChangeRequest, TemplateVersion
from engage.models import Campaign, Change, Command
from engage.outbox.refusals import BlankTemplate
from tests.console.campaigns.platform import FIRST, describe
from tests.factories import make_user

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


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_approval_sends_exactly_the_changed_texts_written_against_their_base(
    campaign: Campaign, ada: User, sue: User
) -> None:
    request = propose(campaign, ada)

    approve(request, sue)

    command = Command.objects.get()
    assert command.kind == Command.Kind.MESSAGES
    assert command.details["messages"] == {"outgoingMessage": NEW}
    assert command.details["base"] == {"outgoingMessage": FIRST}
    request.refresh_from_db()
    assert (request.state, request.command, request.decided_by) == (State.APPROVED, command, sue)


def test_nobody_decides_on_their_own_change(campaign: Campaign, sue: User) -> None:
    request = propose(campaign, sue)
    shown = {"request": request, "shown_hash": request.proposed_hash, "by": sue}

    with pytest.raises(approvals.NotYours):
        approvals.approve(**shown)
    with pytest.raises(approvals.NotYours):
        approvals.reject(**shown, reason="no")
    with pytest.raises(approvals.NotYours):
        approvals.ask_for_changes(**shown, reason="other words")

    request.refresh_from_db()
    assert request.state == State.SUBMITTED
    assert not Command.objects.exists()


def test_approval_of_a_text_that_was_rewritten_meanwhile_is_refused(campaign: Campaign, ada: User, sue: User) -> None:
    request = propose(campaign, ada)
    shown_hash = request.proposed_hash
    other = {"outgoingMessage": NEW + " {{City}}"}
    approvals.revise(request=request, base={"outgoingMessage": FIRST}, proposed=other, comment="", by=ada)

    with pytest.raises(approvals.MovedOn):
        approvals.approve(request=request, shown_hash=shown_hash, by=sue)

    assert not Command.objects.exists()


def test_one_character_is_another_text(campaign: Campaign, ada: User) -> None:
    hashes = {approvals.proposal_hash({"a": "x"}, {"a": text}) for text in ("Hi", "Hi ", "hi", "Hi\n", "")}

    assert len(hashes) == 5
    assert approvals.proposal_hash({"a": "y"}, {"a": "Hi"}) not in hashes


def test_request_is_stale_when_its_text_changed_at_the_platform(campaign: Campaign, ada: User, sue: User) -> None:
    request = propose(campaign, ada)

    describe(campaign, status="ACTIVE", outgoingMessage="Somebody wrote this at Engage")

    with pytest.raises(approvals.MovedOn, match="First message” changed at Engage"):
        approve(request, sue)
    request.refresh_from_db()
    assert request.state == State.STALE
    assert not Command.objects.exists()


def test_stale_request_written_anew_can_be_approved(campaign: Campaign, ada: User, sue: User) -> None:
    request = propose(campaign, ada)
    campaign = describe(campaign, status="ACTIVE", outgoingMessage="Somebody wrote this at Engage")
    follow_up(request)

    approvals.revise(
        request=request,
        base={"outgoingMessage": campaign.messages["outgoingMessage"]},
        proposed=request.proposed,
        comment="Still",
        by=ada,
    )
    approve(request, sue)

    assert Command.objects.get().details["base"] == {"outgoingMessage": "Somebody wrote this at Engage"}


def test_one_change_of_a_campaign_at_a_time_is_sent(campaign: Campaign, ada: User, ben: User, sue: User) -> None:
    first, second = propose(campaign, ada), propose(campaign, ben, startMessage="Good to have you back!")
    approve(first, sue)

    with pytest.raises(approvals.MovedOn, match="on its way"):
        approve(second, sue)

    second.refresh_from_db()
    assert (second.state, second.decided_by) == (State.SUBMITTED, None)
    assert Command.objects.count() == 1
    assert actions().count("approved a template change") == 1


def test_rejection_and_changes_asked_for_carry_their_reason(campaign: Campaign, ada: User, sue: User) -> None:
    asked, rejected = propose(campaign, ada), propose(campaign, ada, startMessage="Yo")

    approvals.ask_for_changes(request=asked, shown_hash=asked.proposed_hash, reason="Name us", by=sue)
    approvals.reject(request=rejected, shown_hash=rejected.proposed_hash, reason="Too short", by=sue)

    assert [(request.state, request.reason, request.decided_by) for request in (asked, rejected)] == [
        (State.CHANGES_ASKED, "Name us", sue),
        (State.REJECTED, "Too short", sue),
    ]
    with pytest.raises(approvals.MovedOn):
        approve(rejected, sue)


def test_author_answers_changes_asked_for_and_it_waits_again(campaign: Campaign, ada: User, sue: User) -> None:
    request = propose(campaign, ada)
    approvals.ask_for_changes(request=request, shown_hash=request.proposed_hash, reason="Name us", by=sue)

    approvals.revise(request=request, base=request.base, proposed={"outgoingMessage": NEW + "!"}, comment="", by=ada)

    assert (request.state, request.reason, request.decided_by) == (State.SUBMITTED, "", None)


def test_only_the_author_rewrites_and_withdraws(campaign: Campaign, ada: User, ben: User) -> None:
    request = propose(campaign, ada)

    with pytest.raises(approvals.NotYours):
        approvals.revise(request=request, base=request.base, proposed=request.proposed, comment="", by=ben)
    with pytest.raises(approvals.NotYours):
        approvals.withdraw(request=request, by=ben)
    approvals.withdraw(request=request, by=ada)

    assert request.state == State.WITHDRAWN


def test_same_proposal_twice_is_one_request_and_of_another_person_refused(
    campaign: Campaign, ada: User, ben: User
) -> None:
    first = propose(campaign, ada)

    second = propose(campaign, ada)

    assert second == first
    with pytest.raises(approvals.AlreadyAsked, match="Ada"):
        propose(campaign, ben)
    assert ChangeRequest.objects.count() == 1
    assert actions() == ["proposed a template change"]


def test_refusal_of_the_outbox_leaves_everything_as_it_was(campaign: Campaign, ada: User, sue: User) -> None:
    request = propose(campaign, ada, " ")

    with pytest.raises(BlankTemplate):
        approve(request, sue)

    request.refresh_from_db()
    assert (request.state, request.command) == (State.SUBMITTED, None)
    assert not TemplateVersion.objects.filter(change_request=request).exists()


def test_every_step_is_in_the_audit_trail_and_announced(campaign: Campaign, ada: User, sue: User) -> None:
    Change.objects.all().delete()
    request = propose(campaign, ada)
    approvals.ask_for_changes(request=request, shown_hash=request.proposed_hash, reason="Name us", by=sue)
    approvals.revise(request=request, base=request.base, proposed={"outgoingMessage": NEW + "!"}, comment="", by=ada)
    approve(request, sue)

    assert actions() == [
        "proposed a template change",
        "sent a template change back",
        "revised a template change",
        "approved a template change",
    ]
    approved = AuditEntry.objects.get(action="approved a template change")
    assert (approved.by, approved.subject, approved.campaign_id) == (sue, "First message", campaign.id)
    assert approved.before == {"outgoingMessage": FIRST}
    assert approved.after["texts"] == {"outgoingMessage": NEW + "!"}
    assert Change.objects.filter(campaign_id=campaign.id, conversation_id=None).count() >= 4


def test_request_of_somebody_whose_account_is_gone_can_still_be_approved(campaign: Campaign, sue: User) -> None:
    request = propose(campaign, make_user(username="gone"))
    ChangeRequest.objects.update(author=None)
    request.refresh_from_db()

    approve(request, sue)

    assert Command.objects.count() == 1
