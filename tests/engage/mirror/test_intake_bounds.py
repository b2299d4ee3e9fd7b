"""Whatever fails alone is set aside alone, and no batch is larger than a worker can hold."""

import json
import resource
import threading
import time
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models import Max

from engage.mirror import merge, projector
from engage.mirror.portions import BATCH_BYTES, next_portions
from engage.mirror.projector import project_all, project_batch
from engage.models import Conversation, Delivery, Message
from tests.engage.deliveries import body, deliver, make_workspace, message

pytestmark = pytest.mark.django_db(transaction=True)
# So many texts, as short as can be, fit into a webhook.
MOST_MESSAGES = 33_000


def crowded(number: int) -> bytes:
    """A webhook of nearly 1 MiB, made of messages that are as short as they can be."""
    texts = [{"id": f"{number}{index}", "message": "x"} for index in range(MOST_MESSAGES)]
    return json.dumps(body(lead_id=f"crowd{number}", messages=texts), separators=(",", ":")).encode()


def peak_bytes() -> int:
    """The most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def states() -> list[str]:
    return list(Delivery.objects.order_by("id").values_list("state", flat=True))


def poison_by(monkeypatch: pytest.MonkeyPatch, failure: Exception, *, lead: str) -> list[int]:
    """The database, or Python, fails of every batch that speaks of this lead; returns how large those batches were."""
    sizes: list[int] = []
    whole = merge.merge

    def failing(workspace_id: int, observations: Any) -> set[int]:
        if any(said.lead.id == lead for said in observations.conversations):
            sizes.append(len(observations.conversations))
            raise failure
        return whole(workspace_id, observations)

    monkeypatch.setattr(projector, "merge", failing)
    return sizes


@pytest.mark.parametrize(
    "failure",
    [
        OperationalError("too many SQL variables"),
        OperationalError("canceling statement due to statement timeout"),
        MemoryError(),
        RecursionError(),
        OverflowError(),
        ValueError(),
        KeyError("unforeseen"),
    ],
    ids=lambda failure: f"{type(failure).__name__} {failure}",
)
def test_what_fails_alone_is_set_aside_alone(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    workspace = make_workspace()
    for number in range(12):
        deliver(workspace, body(lead_id=f"lead{number}", messages=[message(number, 0, "Hi")]))
    sizes = poison_by(monkeypatch, failure, lead="lead7")

    project_all()

    assert [state == Delivery.State.QUARANTINED for state in states()] == [number == 7 for number in range(12)]
    assert Delivery.objects.get(state="quarantined").error == f"could not be applied: {type(failure).__name__}"
    assert Conversation.objects.count() == 11
    # Halved, not taken one by one.
    assert len({size for size in sizes if size > 1}) <= 4


def test_nothing_is_set_aside_while_the_database_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = make_workspace()
    deliver(workspace, body(messages=[message(1, 0, "Hi")]))
    away = threading.Event()
    away.set()

    def refuse(execute: Any, sql: str, *args: Any) -> Any:
        if away.is_set() and not sql.startswith("SELECT"):
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, *args)

    with connection.execute_wrapper(refuse), pytest.raises(OperationalError):
        project_batch()
    assert states() == ["pending"]

    away.clear()
    project_all()

    assert states() == ["applied"]


def test_the_loop_outlives_an_error_that_nobody_foresaw(monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = make_workspace()
    rounds: list[int] = []
    whole = projector.next_portions

    def fail_once(*args: int) -> Any:
        rounds.append(1)
        if len(rounds) == 1:
            raise RuntimeError("unforeseen")
        return whole(*args)

    monkeypatch.setattr(projector, "next_portions", fail_once)
    deliver(workspace, body(messages=[message(1, 0, "Hi")]))
    stop = threading.Event()
    loop = threading.Thread(target=projector.run, args=(stop,), daemon=True)

    loop.start()
    deadline = time.monotonic() + 10
    while states() != ["applied"] and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    loop.join(10)

    assert states() == ["applied"]


def test_rows_can_be_looked_for_among_more_values_than_a_statement_has_parameters() -> None:
    workspace = make_workspace()
    deliver(workspace, body(messages=[message(1, 0, "Hi")]))
    project_all()

    wanted = [f"{number:024x}" for number in range(300_000)]

    assert [row.text for row in Message.objects.filter(remote_id__among=wanted)] == ["Hi"]


@pytest.mark.whole
def test_webhooks_with_more_messages_than_a_statement_has_parameters_are_applied_in_bounded_memory() -> None:
    workspace = make_workspace()
    for number in range(8):
        deliver(workspace, crowded(number))
    deliver(workspace, body(lead_id="innocent", messages=[message(1, 0, "Is it free?")]))
    peak = peak_bytes()

    project_batch()
    assert Conversation.objects.get(lead__remote_id="innocent").last_message_text == "Is it free?"
    assert states().count("applied") < 4
    project_all()

    assert set(states()) == {"applied"}
    assert Message.objects.count() == 8 * MOST_MESSAGES + 1
    # One of them alone takes about 100 MB while it is applied.
    assert peak_bytes() - peak < 320 * 1024 * 1024


def test_a_text_behind_hundreds_of_large_webhooks_is_in_the_first_batch() -> None:
    workspace = make_workspace()
    padding = {"note": "x" * 900_000}
    for number in range(6):
        deliver(workspace, body(lead_id=f"large{number}", messages=[message(number, 0, "Hi")], leadData=padding))
    innocent = deliver(workspace, body(lead_id="innocent", messages=[message(99, 0, "Hi")]))

    portions = list(next_portions(4))

    assert portions[0] == [innocent.pk]
    assert len(portions[1]) == BATCH_BYTES // 900_000


def test_a_batch_is_bounded_by_bytes() -> None:
    workspace = make_workspace()
    for number in range(300):
        deliver(workspace, body(lead_id=f"l{number}", messages=[], leadData={"note": "x" * 30_000}))

    (portion,) = next_portions()

    assert len(portion) < BATCH_BYTES // 30_000


def test_a_delivery_whose_key_was_removed_is_set_aside_with_its_reason(settings: Any) -> None:
    workspace = make_workspace()
    lost = deliver(workspace, body(lead_id="lost", messages=[message(1, 0, "Hi")]))
    settings.ENGAGE_KEY_RING = ["ZGlmZmVyZW50LWtleS1vZi10aGUtcmluZy0wMTIzNDU="]
    deliver(workspace, body(lead_id="innocent", messages=[message(2, 0, "Hi")]))

    project_all()

    lost.refresh_from_db()
    assert (lost.state, lost.error) == ("quarantined", "no key of ENGAGE_KEY_RING opens it")
    assert Conversation.objects.get().lead.remote_id == "innocent"
    assert Delivery.objects.filter(state="applied").aggregate(newest=Max("id"))["newest"] == lost.pk + 1
