"""An update keeps what dates said of what was seen: answered stays answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

BEFORE, AFTER = [("engage", "0018_campaigns_at_a_glance")], [("engage", "0020_dates_of_what_was_seen_go")]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def migrate(to: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(to)
    return executor.loader.project_state(to).apps


@pytest.fixture
def before() -> Iterator[Any]:
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes("engage")
    yield migrate(BEFORE)
    migrate(newest)


def make(apps: Any, *, number: int, minutes: list[int], **fields: Any) -> Any:
    workspace, _ = apps.get_model("engage", "Workspace").objects.get_or_create(org_id=1, workspace_id=1)
    campaign, _ = apps.get_model("engage", "Campaign").objects.get_or_create(workspace=workspace, remote_id="c")
    lead = apps.get_model("engage", "Lead").objects.create(
        workspace=workspace, campaign=campaign, remote_id=f"lead-{number}", data={}
    )
    row = apps.get_model("engage", "Conversation").objects.create(
        workspace=workspace, campaign=campaign, lead=lead, **fields
    )
    for minute in minutes:
        apps.get_model("engage", "Message").objects.create(
            conversation=row, remote_id=f"{number}-{minute}", is_inbound=True, sent_at=START + timedelta(minutes=minute)
        )
    return row


START = timezone.now() - timedelta(days=1)


def test_what_was_answered_by_date_is_so_by_the_order_of_hearing(before: Any) -> None:
    answered = make(before, number=1, minutes=[1, 5])
    make(before, number=2, minutes=[1, 5])
    make(before, number=3, minutes=[])
    reply = before.get_model("engage", "Command").objects.create(
        kind="reply",
        workspace_id=answered.workspace_id,
        conversation=answered,
        answers_through=START + timedelta(minutes=1),
        expires_at=timezone.now(),
    )

    after = migrate(AFTER)

    ids = dict(after.get_model("engage", "Message").objects.values_list("remote_id", "id"))
    rows = after.get_model("engage", "Conversation").objects
    assert after.get_model("engage", "Command").objects.get(pk=reply.pk).seen_through == ids["1-1"]
    heard = dict(rows.values_list("lead__remote_id", "heard_through"))
    assert heard == {"lead-1": ids["1-5"], "lead-2": ids["2-5"], "lead-3": 0}
