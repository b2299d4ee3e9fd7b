"""What the platform posts of a list load comes to that load's own address, through the same ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from engage.mirror.projector import project_all, replay
from engage.models import Campaign, Change, Delivery, ListLoad, Workspace
from engage.webhooks.addresses import load_result_url
from engage.webhooks.tokens import forget_tokens
from tests.engage.deliveries import make_workspace

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "token-of-the-workspace"


@pytest.fixture(autouse=True)
def workspace() -> Iterator[Workspace]:
    forget_tokens()
    yield make_workspace()
    forget_tokens()


@pytest.fixture
def load(workspace: Workspace) -> ListLoad:
    campaign = Campaign.objects.create(workspace=workspace, remote_id="c1", name="Spring")
    return ListLoad.objects.create(campaign=campaign, list_name="Leads")


def post(load_id: int, raw: bytes, token: str = TOKEN, **headers: str) -> int:
    address = f"/hooks/engage/{token}/loads/{load_id}/"
    # The client names no length of an empty body, as any sender would.
    headers = {"content-length": str(len(raw)), **headers}
    return Client().post(address, raw, content_type="application/json", headers=headers).status_code


def test_the_address_we_hand_out_is_the_one_that_answers(load: ListLoad) -> None:
    assert load_result_url(load).endswith(f"/hooks/engage/{TOKEN}/loads/{load.pk}/")


def test_a_result_is_stored_and_shown_and_the_campaign_announced(load: ListLoad) -> None:
    result = {"status": "Completed", "rejected": 3, "errors": [{"row": 7, "why": "phone"}]}

    status = post(load.pk, json.dumps(result).encode(), **{"x-event-type": "Anything"})
    project_all()

    load.refresh_from_db()
    delivery = Delivery.objects.get()
    assert (status, delivery.event_type, delivery.state) == (204, f"list-load:{load.pk}", Delivery.State.APPLIED)
    assert (load.result, load.result_at) == (result, delivery.received_at)
    assert list(Change.objects.values_list("campaign_id", flat=True)) == [load.campaign_id]


def test_the_last_of_several_counts_also_after_a_replay(load: ListLoad) -> None:
    for rows in (10, 20, 15):
        post(load.pk, json.dumps({"rows": rows}).encode())
    project_all()
    replay(list(Delivery.objects.order_by("-id").values_list("id", flat=True)))

    project_all()

    load.refresh_from_db()
    assert load.result == {"rows": 15}


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (b"done & dusted", {"text": "done & dusted"}),
        (b'["a", {"b": null}]', ["a", {"b": None}]),
        (b"", {"text": ""}),
        (b'{"name": "Jo\\u0000hn", "eventType": "NewMessage"}', {"name": "John", "eventType": "NewMessage"}),
        (b"\xff\x00", {"text": "\ufffd"}),
    ],
)
def test_a_result_of_any_shape_is_kept_whole(load: ListLoad, raw: bytes, kept: Any) -> None:
    assert post(load.pk, raw) == 204

    project_all()

    load.refresh_from_db()
    assert load.result == kept


def test_our_own_address_in_a_result_is_masked(load: ListLoad) -> None:
    post(load.pk, json.dumps({"request": {"webhookUrl": load_result_url(load)}}).encode())

    project_all()

    load.refresh_from_db()
    assert TOKEN not in json.dumps(load.result)


def test_a_wrong_token_another_workspace_and_an_unknown_load_are_404(load: ListLoad) -> None:
    make_workspace(token="token-of-another", name="Other")

    answers = [
        post(load.pk, b"{}", token="wrong"),
        post(load.pk, b"{}", token="token-of-another"),
        post(load.pk + 1, b"{}"),
        post(10**30, b"{}"),
    ]

    assert answers == [404] * 4
    assert not Delivery.objects.exists()


def test_another_method_is_405(load: ListLoad) -> None:
    assert Client().get(f"/hooks/engage/{TOKEN}/loads/{load.pk}/").status_code == 405


def test_too_large_a_result_is_413(load: ListLoad) -> None:
    assert post(load.pk, b" " * (1024 * 1024 + 1)) == 413
