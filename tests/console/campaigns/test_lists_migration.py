"""An update keeps what a check under way knows of the rows further up."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from console.campaigns.lists_seen import SeenNumbers
from engage.models import ListLoad
from tests.factories import make_campaign

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


def migrate(to: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(to)
    return executor.loader.project_state(to).apps


@pytest.fixture
def before() -> Iterator[Any]:
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes("campaigns")
    yield migrate([("campaigns", "0002_list_files")])
    migrate(newest)


def test_numbers_seen_so_far_are_known_after_the_update(before: Any) -> None:
    campaign_id = make_campaign().pk
    numbers = array("Q", range(12_125_550_000, 12_125_550_000 + 40_000))
    uploads = before.get_model("campaigns", "ListUpload").objects
    under_way = uploads.create(campaign_id=campaign_id, list_name="May", state="checking", seen=numbers.tobytes())
    done = uploads.create(campaign_id=campaign_id, list_name="June", state="checked")

    after = migrate([("campaigns", "0004_packed_numbers_go")])

    uploads = after.get_model("campaigns", "ListUpload").objects
    assert uploads.get(pk=done.pk).seen_id is None
    file = ListLoad.objects.get(pk=uploads.get(pk=under_way.pk).seen_id)
    assert file.size == 8 * 40_000
    seen = SeenNumbers(file, ["+12125550000", "+12125589999", "+12125590000"])
    assert ["+12125550000" in seen, "+12125589999" in seen, "+12125590000" in seen] == [True, True, False]
