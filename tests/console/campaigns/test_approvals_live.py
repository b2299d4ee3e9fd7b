"""What open pages are told of change requests: that there is news, and how many wait."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from django.contrib.auth.models import User

from console.accounts.scope import Scope
from console.campaigns import approvals
from console.live.campaign_news import CampaignNews
from console.live.counters import Counters
from console.live.feed import FeedRow
from console.live.topics import Topics, build_query
from engage.models import Campaign, Change
from tests.console.campaigns.platform import FIRST, describe
from tests.factories import make_campaign

EVERYTHING = Scope(None)


@pytest.fixture
def campaign(db: None) -> Campaign:
    return describe()


def hears(topics: Topics, *rows: FeedRow) -> bool:
    news = CampaignNews()
    news.note(rows)
    news.refresh([topics])
    return any("#look-again" in part for part in news.parts(topics))


def changes() -> Iterable[FeedRow]:
    return [FeedRow(*row) for row in Change.objects.values_list("id", "conversation_id", "campaign_id")]


def test_proposal_calls_the_approvals_and_the_pages_of_its_campaign(campaign: Campaign, ada: User) -> None:
    Change.objects.all().delete()
    base = {"outgoingMessage": FIRST}
    approvals.propose(campaign=campaign, base=base, proposed={"outgoingMessage": "x"}, comment="", by=ada)
    rows = list(changes())

    assert hears(Topics(EVERYTHING, ada.pk, is_at_approvals=True), *rows)
    assert hears(Topics(EVERYTHING, ada.pk, campaign_id=campaign.pk), *rows)
    assert not hears(Topics(EVERYTHING, ada.pk, campaign_id=make_campaign().pk), *rows)
    assert not hears(Topics(EVERYTHING, ada.pk), *rows)


def test_approvals_hear_nothing_of_campaigns_out_of_scope(campaign: Campaign, ada: User) -> None:
    row = FeedRow(1, None, campaign.pk)

    assert hears(Topics(Scope(frozenset({campaign.pk})), ada.pk, is_at_approvals=True), row)
    assert not hears(Topics(Scope(frozenset({make_campaign().pk})), ada.pk, is_at_approvals=True), row)


def test_talk_with_leads_calls_nobody(campaign: Campaign, ada: User) -> None:
    row = FeedRow(1, 7, campaign.pk)

    assert not hears(Topics(EVERYTHING, ada.pk, is_at_approvals=True), row)


def test_address_of_the_stream_says_that_it_is_for_the_approvals(ada: User) -> None:
    query = build_query(None, None, 3, is_at_approvals=True)

    assert query == "after=3&approvals=1"
    assert Topics.of({"approvals": "1"}, ada).is_at_approvals
    assert not Topics.of({}, ada).is_at_approvals


def test_everybody_is_told_how_many_wait(campaign: Campaign, ada: User, sue: User) -> None:
    counters = Counters()
    counters.refresh({EVERYTHING: {sue.pk}})
    counters.mark_told()
    base = {"outgoingMessage": FIRST}
    approvals.propose(campaign=campaign, base=base, proposed={"outgoingMessage": "x"}, comment="", by=ada)

    counters.outdate([campaign.pk])
    counters.refresh({EVERYTHING: {sue.pk}})

    assert counters.news(EVERYTHING, sue.pk) == (
        """<hx-partial hx-target="[data-count='approvals']" hx-swap="textContent">1</hx-partial>"""
    )
