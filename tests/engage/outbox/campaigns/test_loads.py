"""A file of leads on its way out of the database, and what the platform posts back of it."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from email.message import Message
from email.parser import BytesParser
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from engage.mirror.projector import project_all
from engage.models import Campaign, Command, Delivery, ListLoad, ListLoadChunk
from engage.outbox.campaigns import load_list
from engage.outbox.campaigns.loads import drop_files
from engage.outbox.decisions import discard, send_again
from engage.webhooks.addresses import load_result_url
from tests.engage.outbox.campaigns.conftest import PATIENT
from tests.engage.outbox.campaigns.meddler import CUT, LOSE_500, TOO_MANY, Meddler
from tests.engage.outbox.campaigns.model_platform import ModelPlatform
from tests.engage.outbox.conftest import Dispatching, wait_for_state, wait_until
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State = Command.State
NAME = "March & April 🎉 100%"
COLUMNS = [{"column_index": 0, "column_id": "Phone"}, {"column_index": 2, "column_id": "FirstName"}]


def make_load(campaign: Campaign, rows: int = 3) -> ListLoad:
    request = {"de_dupe": True, "first_row_headers": False, "mapped_columns": COLUMNS}
    load = ListLoad.objects.create(campaign=campaign, list_name=NAME, request=request)
    load.append_file(f"+1212555{number:04},x,Jo\n".encode() for number in range(rows))
    return load


def ask_to_load(load: ListLoad, by: User) -> Command:
    return load_list(load=load, by=by, key=uuid.uuid4())


def post_result(load: ListLoad, body: bytes) -> int:
    token = load.campaign.workspace.webhook_token.reveal()
    address = reverse("webhooks:receive-load", args=[token, load.pk])
    return Client().post(address, body, content_type="application/json").status_code


def parts_of(body: bytes) -> dict[str, Message]:
    boundary = body.split(b"\r\n", 1)[0][2:].decode()
    head = f"Content-Type: multipart/form-data; boundary={boundary}\r\n\r\n".encode()
    parts = BytesParser().parsebytes(head + body).get_payload()
    assert isinstance(parts, list)
    return {str(part.get_param("name", header="content-disposition")): part for part in parts}


def test_the_file_arrives_whole_with_its_columns_and_our_address(
    model: ModelPlatform, modelled: Campaign, ada: User, dispatching: Dispatching
) -> None:
    load = make_load(modelled, rows=40_000)
    expected = load.open_file().read()
    assert load.chunks.count() > 2

    with dispatching():
        wait_for_state(ask_to_load(load, ada), State.ACCEPTED)

    parts = parts_of(model.loads[0])
    assert parts["campaignId"].get_payload() == modelled.remote_id
    assert json.loads(str(parts["processRequest"].get_payload())) == {
        "deDupe": True,
        "firstRowHeaders": False,
        "webhookUrl": load_result_url(load),
        "mappedCols": [{"columnIndex": 0, "columnId": "Phone"}, {"columnIndex": 2, "columnId": "FirstName"}],
    }
    assert expected in model.loads[0]
    assert f'filename="{NAME}.csv"'.encode() in model.loads[0]


def test_the_result_confirms_it_and_the_file_is_dropped(
    modelled: Campaign, ada: User, dispatching: Dispatching
) -> None:
    load = make_load(modelled)
    result = {"status": "Completed", "accepted": 2, "rejected": 1, "odd": {"deep": [1]}}

    with dispatching(pace=PATIENT):
        command = wait_for_state(ask_to_load(load, ada), State.ACCEPTED)
        assert post_result(load, json.dumps(result).encode()) == 204
        project_all()
        wait_for_state(command, State.CONFIRMED)
        wait_until(lambda: not ListLoadChunk.objects.exists())

    load.refresh_from_db()
    assert (load.result, load.state, load.has_file) == (result, State.CONFIRMED, False)


def test_a_result_that_says_failed_is_a_refusal(modelled: Campaign, ada: User, dispatching: Dispatching) -> None:
    load = make_load(modelled)

    with dispatching():
        command = wait_for_state(ask_to_load(load, ada), State.ACCEPTED)
        post_result(load, b'{"status": "FAILED", "message": "no rows"}')
        project_all()
        wait_for_state(command, State.REJECTED)

    assert command.reason == "Engage did not load it: FAILED."


def test_without_a_result_it_stays_accepted_and_says_so(
    modelled: Campaign, ada: User, dispatching: Dispatching
) -> None:
    command = ask_to_load(make_load(modelled), ada)

    with dispatching():
        wait_for_state(command, State.ACCEPTED)
        wait_until(lambda: bool(Command.objects.get(pk=command.pk).reason))

    command.refresh_from_db()
    assert (command.state, command.reason) == (State.ACCEPTED, "Engage has not said yet what became of the rows.")


@pytest.mark.parametrize("fate", [CUT, LOSE_500])
def test_an_unanswered_load_is_not_repeated_and_its_file_is_kept_for_a_person(
    line: Meddler, model: ModelPlatform, modelled: Campaign, ada: User, dispatching: Dispatching, fate: str
) -> None:
    line.fates.append(fate)
    load = make_load(modelled)
    command = ask_to_load(load, ada)

    with dispatching():
        wait_for_state(command, State.UNCONFIRMED)
        assert len(line.posts) == 1
        send_again(command=command, by=ada)
        wait_for_state(command, State.ACCEPTED)

    assert len(line.posts) == 2
    assert [attempt.authorised_by for attempt in command.attempts.order_by("number")] == [None, ada]


def test_a_result_settles_a_load_that_nobody_answered(
    line: Meddler, modelled: Campaign, ada: User, dispatching: Dispatching
) -> None:
    line.fates.append(CUT)
    load = make_load(modelled)
    command = ask_to_load(load, ada)

    with dispatching(pace=PATIENT):
        wait_for_state(command, State.CHECKING)
        post_result(load, b'{"status": "Completed"}')
        project_all()
        wait_for_state(command, State.CONFIRMED)

    assert len(line.posts) == 1


def test_too_many_requests_is_a_wait(line: Meddler, modelled: Campaign, ada: User, dispatching: Dispatching) -> None:
    line.fates.append(TOO_MANY)

    with dispatching():
        wait_for_state(ask_to_load(make_load(modelled), ada), State.ACCEPTED)

    assert len(line.posts) == 2


def test_files_nobody_needs_any_more_are_dropped_and_the_others_kept(modelled: Campaign, ada: User) -> None:
    discarded, waiting, forgotten, fresh = (make_load(modelled) for _ in range(4))
    for load in (discarded, waiting):
        ask_to_load(load, ada)
    Command.objects.filter(list_load=discarded).update(state=State.UNCONFIRMED)
    discard(command=Command.objects.get(list_load=discarded), by=ada)
    ListLoad.objects.filter(pk=forgotten.pk).update(created_at=timezone.now() - timedelta(days=8))

    drop_files()

    kept = ListLoad.objects.filter(size__gt=0)
    assert set(kept) == {waiting, fresh}
    assert set(ListLoadChunk.objects.values_list("load_id", flat=True)) == {waiting.pk, fresh.pk}


def test_a_file_that_cannot_be_read_any_more_is_not_half_sent(
    model: ModelPlatform, modelled: Campaign, ada: User, dispatching: Dispatching
) -> None:
    command = ask_to_load(make_load(modelled), ada)
    ListLoadChunk.objects.all().delete()

    with dispatching():
        wait_for_state(command, State.REJECTED)

    assert (command.attempts.get().outcome, model.loads) == ("not_sent", [])


@pytest.fixture
def reachable(live_server: LiveServer, settings: Any) -> None:
    """The platform can post to us."""
    settings.ORIGIN = live_server.url


@pytest.mark.usefixtures("reachable")
def test_the_sandbox_loads_the_file_and_tells_what_became_of_it(
    platform: SandboxProcess, campaign: Campaign, ada: User, dispatching: Dispatching
) -> None:
    load = make_load(campaign)
    load.append_file([b"12,x,No phone\n"])

    with dispatching(pace=PATIENT):
        command = wait_for_state(ask_to_load(load, ada), State.ACCEPTED)
        wait_until(lambda: Delivery.objects.filter(event_type=f"list-load:{load.pk}").exists(), within=30)
        project_all()
        wait_for_state(command, State.CONFIRMED)

    load.refresh_from_db()
    assert isinstance(load.result, dict)
    assert {name: load.result[name] for name in ("listName", "total", "accepted", "rejected")} == {
        "listName": NAME,
        "total": 4,
        "accepted": 3,
        "rejected": 1,
    }
