"""Two people, or two pages, at the very same moment: one decision, one command, one row."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from console.audit.models import AuditEntry
from console.campaigns import approvals, follow
from console.campaigns.models import ChangeRequest, TemplateVersion
from engage.models import Campaign, Command
from tests.console.campaigns.platform import FIRST, describe
from tests.factories import make_user

pytestmark = [
    pytest.mark.usefixtures("erasable_audit"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
]

NEW = "Hi {{FirstName}}, Northfield Learning here. Reply STOP to opt out."


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Each in a thread of its own; what it returned, or the exception that it raised."""
    results: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(place: int, act: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def propose(campaign: Campaign, by: Any) -> ChangeRequest:
    texts = {"outgoingMessage": NEW}
    return approvals.propose(campaign=campaign, base={"outgoingMessage": FIRST}, proposed=texts, comment="", by=by)


def test_of_two_supervisors_one_approves() -> None:
    campaign, ada = describe(), make_user(username="ada")
    people = [make_user(username=name, role="Supervisor") for name in ("sue", "sam", "sid")]
    request = propose(campaign, ada)

    def approve(by: Any) -> Callable[[], None]:
        mine = ChangeRequest.objects.get(id=request.pk)
        return lambda: approvals.approve(request=mine, shown_hash=mine.proposed_hash, by=by)

    results = at_once(*(approve(person) for person in people))

    assert [type(result) for result in results].count(approvals.MovedOn) == 2
    assert results.count(None) == 1
    assert Command.objects.count() == TemplateVersion.objects.filter(change_request=request).count() == 1
    assert AuditEntry.objects.filter(action="approved a template change").count() == 1


def test_impatient_clicks_propose_once() -> None:
    campaign, ada = describe(), make_user(username="ada")

    results = at_once(*[lambda: propose(campaign, ada)] * 4)

    [request] = ChangeRequest.objects.all()
    assert results == [request] * 4


def test_many_pages_write_a_new_text_down_once() -> None:
    campaign = describe()
    follow.settle(campaign)
    campaign = describe(campaign, outgoingMessage=NEW)

    results = at_once(*[lambda: follow.settle(campaign)] * 6)

    assert results == [None] * 6
    assert TemplateVersion.objects.filter(field="outgoingMessage").count() == 2
