"""What goes wrong in the field with webhooks and mirrors; each test carries its number in docs/reliability.md."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import close_old_connections, connections, transaction
from django.test import Client
from django.utils import timezone

from engage.api.wire import ConversationPayload
from engage.mirror import reconcile
from engage.mirror.merge import merge
from engage.mirror.observations import ConversationObservation, Observations
from engage.mirror.projector import project_all
from engage.models import Conversation, Delivery, Lead, Message, Workspace
from engage.webhooks.tokens import forget_tokens
from tests.engage.deliveries import STARTED, body, deliver, make_workspace, message
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)


def in_threads(job: Callable[[], object], count: int) -> None:
    """All at once; what breaks in one breaks the test."""
    barrier, errors = threading.Barrier(count), []

    def run() -> None:
        barrier.wait()
        try:
            job()
        except Exception as error:
            errors.append(error)
        finally:
            close_old_connections()
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []


@pytest.mark.both_databases
def test_a1_one_event_delivered_sixteen_times_at_once_is_one_effect() -> None:
    workspace = make_workspace()
    forget_tokens()
    payload = body("NewMessage", messages=[message(1, 1, "Hello")])
    statuses: list[int] = []

    def post() -> None:
        answer = Client().post("/hooks/engage/token-of-the-workspace/", payload, content_type="application/json")
        statuses.append(answer.status_code)

    in_threads(post, 16)
    in_threads(project_all, 3)

    assert statuses == [204] * 16
    assert Delivery.objects.filter(workspace=workspace, state=Delivery.State.APPLIED).count() == 16
    assert Message.objects.count() == 1


@pytest.mark.both_databases
def test_a3_workers_that_cross_each_other_lock_nobody_out() -> None:
    workspace = make_workspace()
    for number in range(120):
        # One telephone number in several campaigns: its consent is everybody's business.
        words = "STOP" if number % 3 == 0 else "START" if number % 3 == 1 else "Hello"
        said = [message(number, number, words)]
        lead = f"lead-{(number * 7) % 20}"
        deliver(workspace, body(lead_id=lead, phone=f"+1555000000{number % 4}", messages=said))

    in_threads(project_all, 4)

    assert not Delivery.objects.exclude(state=Delivery.State.APPLIED).exists()
    assert (Lead.objects.count(), Message.objects.count()) == (20, 120)


@pytest.mark.both_databases
def test_a5_two_first_texts_of_a_newcomer_at_once_are_one_conversation() -> None:
    workspace = make_workspace()

    for number in range(10):
        for which in (0, 1):
            said = message(2 * number + which, which, f"Text {which}")
            deliver(workspace, body(lead_id=f"newcomer-{number}", phone=f"+1555000001{number}", messages=[said]))
        in_threads(project_all, 2)

    assert Conversation.objects.count() == 10
    assert Message.objects.count() == 20


def test_a6_one_text_in_several_envelopes_is_one_text() -> None:
    workspace = make_workspace()
    said = message(1, 1, "Hello")

    for kind in ("ConversationStarted", "NewMessage", "Disposition", "OptIn"):
        deliver(workspace, body(kind, messages=[said], status=kind), event_type=f"{kind}-again")
    project_all()

    assert Message.objects.get().text == "Hello"


def test_a7_what_calls_itself_a_retry_counts_like_anything_else() -> None:
    make_workspace()
    forget_tokens()
    payload = body(messages=[message(1, 1, "Hello")])

    answer = Client().post(
        "/hooks/engage/token-of-the-workspace/",
        payload,
        content_type="application/json",
        headers={"X-Retry-Num": "3", "X-Retry-Reason": "timeout"},
    )
    project_all()

    assert answer.status_code == 204
    assert Message.objects.get().text == "Hello"


def test_a8_the_same_body_eight_days_later_changes_nothing() -> None:
    workspace = make_workspace()
    payload = body(messages=[message(1, 1, "Hello")], status="DELIVERED")
    deliver(workspace, payload)
    project_all()
    Delivery.objects.update(received_at=timezone.now() - timedelta(days=8))
    before = list(Message.objects.values()), list(Lead.objects.values()), list(Conversation.objects.values())

    deliver(workspace, payload)
    project_all()

    assert (
        list(Message.objects.values()),
        list(Lead.objects.values()),
        list(Conversation.objects.values()),
    ) == before


def read(workspace: Workspace, payload: dict[str, Any], minutes: int = 0) -> None:
    """What a GET answered that was begun so many minutes into the story."""
    observation = ConversationObservation(
        ConversationPayload.model_validate(payload), STARTED + timedelta(minutes=minutes), is_read=True
    )
    with transaction.atomic():
        merge(workspace.pk, Observations(conversations=[observation]))


def test_b6_an_older_answer_that_comes_later_overwrites_nothing() -> None:
    workspace = make_workspace()
    older = [message(1, 1, "Hello")]
    newer = [*older, message(2, 5, "Is there a recording?")]
    chosen = {"disposition": "OK", "dispositionTimestamp": "2025-03-04T11:36:00.000Z"}

    read(workspace, body(messages=newer, status="DELIVERED", **chosen), minutes=7)
    read(workspace, body(messages=older, status="SENT"), minutes=3)

    conversation = Conversation.objects.select_related("lead").get()
    assert (conversation.disposition, conversation.lead.status) == ("OK", "DELIVERED")
    assert conversation.last_message_text == "Is there a recording?"
    assert Message.objects.count() == 2


def test_b7_what_one_answer_leaves_out_is_not_gone() -> None:
    workspace = make_workspace()
    read(workspace, body(messages=[message(1, 1, "Hello"), message(2, 2, "Anybody?")]))

    read(workspace, body(messages=[]), minutes=9)

    assert Message.objects.count() == 2
    assert Conversation.objects.get().last_message_text == "Anybody?"


def test_b10_a_platform_that_asks_us_to_wait_is_not_stormed() -> None:
    with SandboxProcess() as sandbox:
        workspace = make_workspace()
        workspace.core_origin = workspace.conversation_origin = workspace.widget_origin = sandbox.url
        workspace.save()
        for lead in [sandbox.start_conversation() for _ in range(6)]:
            deliver(workspace, sandbox.conversation(lead["key"]))
        project_all()
        sandbox.set_faults(calls={"rate": 1, "modes": ["429"], "paths": ["conversation"]})
        before = sandbox.received()[-1]["n"]
        stop = threading.Event()
        loop = threading.Thread(target=reconcile.run, args=(stop,))

        loop.start()
        time.sleep(2.5)
        stop.set()
        loop.join(10)

        asked = [call for call in sandbox.received() if call["n"] > before and call["call"] == "conversation"]
        # "Retry-After: 1" each time.
        assert 2 <= len(asked) <= 4
