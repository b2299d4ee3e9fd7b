"""What was kept long enough goes; what anybody may still need does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from engage.mirror.projector import replay
from engage.mirror.pruning import prune
from engage.models import Change, Delivery
from tests.engage.deliveries import make_workspace

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

NOW = timezone.now()
State = Delivery.State


def receive(*, days_ago: float, state: Delivery.State = State.APPLIED, count: int = 1) -> None:
    workspace = make_workspace(token=f"{days_ago} {state}", name=f"{days_ago} {state}")
    at = NOW - timedelta(days=days_ago)
    Delivery.objects.bulk_create(
        Delivery(workspace=workspace, body=b"{}", received_at=at, state=state) for _ in range(count)
    )


def announce(*, hours_ago: float) -> Change:
    return Change.objects.create(at=NOW - timedelta(hours=hours_ago))


def test_d14_deliveries_of_the_last_month_stay() -> None:
    receive(days_ago=31)
    receive(days_ago=32, state=State.IGNORED)
    receive(days_ago=29)

    prune(NOW)

    assert Delivery.objects.get().received_at == NOW - timedelta(days=29)


@pytest.mark.parametrize("state", [State.PENDING, State.QUARANTINED])
def test_what_is_not_in_the_mirror_stays_for_ever(state: Delivery.State) -> None:
    receive(days_ago=400, state=state)

    prune(NOW)

    assert Delivery.objects.count() == 1


def test_what_waits_for_a_replay_stays() -> None:
    receive(days_ago=400)
    replay(list(Delivery.objects.values_list("id", flat=True)))

    prune(NOW)

    assert Delivery.objects.count() == 1


def test_many_go_in_small_batches() -> None:
    receive(days_ago=40, count=25)
    receive(days_ago=1, count=3)
    breaths: list[int] = []

    deleted, _ = prune(NOW, pause=lambda: bool(breaths.append(Delivery.objects.count())), batch=10)

    assert deleted == 25
    assert breaths == [18, 8]


def test_told_to_stop_it_stops_between_two_batches() -> None:
    receive(days_ago=40, count=25)

    prune(NOW, pause=lambda: True, batch=10)

    assert Delivery.objects.count() == 15


def test_changes_of_the_last_day_stay() -> None:
    announce(hours_ago=25)
    kept = [announce(hours_ago=23), announce(hours_ago=0)]

    prune(NOW)

    assert list(Change.objects.order_by("id")) == kept


def test_the_newest_change_stays_however_old() -> None:
    announce(hours_ago=500)
    newest = announce(hours_ago=400)

    prune(NOW)

    assert Change.objects.get() == newest
