"""P13: with everything going wrong and every logger at its loudest, no secret is said to anybody."""

from __future__ import annotations

import contextlib
import re
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.browser.ring import Ring
from tests.sandbox_process import TEST_KEY
from tests.security.canaries import Canaries, Person

pytestmark = [pytest.mark.whole, pytest.mark.promise(13)]

PASSWORD = "canary-password-quiet-lamp-41"
# Never in a log either, though it is on the pages of whoever may read it.
TEXT = "canary-text: my number is +1 212 555 0199, call me at nine"
_PREPARE = """
from django.contrib.auth.models import Group, User
for name, role in (("carla", "Supervisor"), ("cora", "Admin")):
    person = User.objects.create_user(name, password="{password}", is_staff=role == "Admin")
    person.groups.add(Group.objects.get(name=role))
from django.core.management import call_command
call_command("webhook_url")
"""


@pytest.fixture(scope="module")
def ring() -> Iterator[Ring]:
    ring = Ring()
    ring._environment["DJANGO_SETTINGS_MODULE"] = "tests.security.settings"
    # Of the test's own, and so that an exception shows its settings, should anything print them.
    ring._environment["CANARY"] = secrets.token_urlsafe(24)
    with ring:
        yield ring


@pytest.fixture(scope="module")
def told(ring: Ring) -> tuple[Canaries, dict[str, bytes], dict[str, bytes]]:
    """A bad quarter of an hour: the canaries, what people were told, and what programs wrote down."""
    webhook_url = ring._run(_PREPARE.format(password=PASSWORD)).rsplit(" ", 1)[-1].strip()
    canaries = Canaries(
        {
            "API key": TEST_KEY,
            "webhook token": webhook_url.rstrip("/").rpartition("/")[2],
            "password": PASSWORD,
            "key ring": ring._environment["ENGAGE_KEY_RING"],
            "secret key": ring._environment["CONSOLE_SECRET_KEY"],
        }
    )
    carla, cora = Person(ring, "carla", PASSWORD), Person(ring, "cora", PASSWORD)
    canaries.secrets |= {"session of carla": carla.session_key, "session of cora": cora.session_key}

    leads = [ring.sandbox.start_conversation("Hello", FirstName=f"Robin {number}") for number in range(6)]
    canaries.secrets |= {f"conversation key {number}": lead["key"] for number, lead in enumerate(leads)}
    ring.wait_until(lambda: carla.get("/?queue=open").text.count('id="conversation-') >= len(leads))
    _go_wrong(ring, carla, webhook_url)
    for person in (carla, cora):
        # From the beginning on: all that was news meanwhile.
        person.listen("queue=open&conversation=1&show=all&after=1", 3)
        assert person.walk(("/", "/?queue=open", "/campaigns/", "/admin/"), most=130) > 30
    _export(cora)
    _break(ring, carla, webhook_url)

    logs = {part.name: part.log.read_bytes() for part in (ring.web, ring.worker)}
    return canaries, carla.heard | {f"cora: {what}": said for what, said in cora.heard.items()}, logs


def _go_wrong(ring: Ring, carla: Person, webhook_url: str) -> None:
    """Every fault that the platform knows, while people reply, decide and switch; then no platform at all."""
    ring.sandbox.set_faults(calls={"rate": 0.6, "stall_s": 1}, webhooks={"repeat": 0.3, "reorder": 0.3}, seed=7)
    for number in range(1, 7):
        carla.post(f"/conversations/{number}/replies/", text=f"{TEXT} {number}")
        carla.post(f"/conversations/{number}/disposition/", name="OK", confirmed="on")
    for verb in ("pause", "activation"):
        carla.post(f"/campaigns/1/{verb}/")
    carla.post("/campaigns/1/lists/leads/", **{"list_name": "May", "value-0": "+12125550123", "value-1": TEXT})
    for body in (b"", b"{", b"[]", b'{"eventType": "NewMessage", "data": 3}', f'{{"x": "{TEXT}"}}'.encode()):
        requests.post(webhook_url, data=body, headers={"x-event-origin": webhook_url}, timeout=20)
    requests.post(f"{webhook_url}loads/99/", data=b"{}", timeout=20)
    requests.get(webhook_url, timeout=20)
    ring.wait_until(lambda: "conversation" in ring.worker.log.read_text(errors="replace"))
    ring.sandbox.kill()
    for number in range(1, 4):
        carla.post(f"/conversations/{number}/replies/", text=f"{TEXT} again {number}")
    _wait_for(ring, r"campaigns of workspace \d+ could not be read")
    ring.sandbox.start()
    ring.sandbox.clear_faults()


def _wait_for(ring: Ring, words: str) -> None:
    ring.wait_until(lambda: re.search(words, ring.worker.log.read_text(errors="replace")) is not None, seconds=90)


def _export(cora: Person) -> None:
    page = cora.get("/admin/audit/auditentry/").text
    ids = re.findall(r'name="_selected_action" value="(\d+)"', page)
    cora.post("/admin/audit/auditentry/", action="export_as_csv", _selected_action=ids)


def _break(ring: Ring, carla: Person, webhook_url: str) -> None:
    """Views and webhooks that fail for want of a table, with all that they were given in hand."""
    with _without(ring, "inbox_assignment"):
        for path in ("/", "/conversations/1/?key=canary", f"/no{webhook_url[-60:]}"):
            carla.get(path)
        carla.post("/conversations/1/replies/", text=TEXT)
    with _without(ring, "engage_delivery"):
        assert requests.post(webhook_url, data=b"{}", timeout=20).status_code == 503
    with _without(ring, "auth_user"):
        carla.session.post(f"{ring.url}/sign-in/", data={"username": "carla", "password": PASSWORD}, timeout=20)


@contextlib.contextmanager
def _without(ring: Ring, table: str) -> Iterator[None]:
    def run(statement: str) -> None:
        connection = sqlite3.connect(ring.home / "console.sqlite3", timeout=20)
        with connection:
            connection.execute("PRAGMA legacy_alter_table=ON")
            connection.execute(statement)
        connection.close()

    run(f"ALTER TABLE {table} RENAME TO {table}_away")
    try:
        yield
    finally:
        run(f"ALTER TABLE {table}_away RENAME TO {table}")


Told = tuple[Canaries, dict[str, bytes], dict[str, bytes]]


def test_no_secret_is_in_a_log(told: Told) -> None:
    canaries, _, logs = told

    found = [hit for name, log in logs.items() for hit in canaries.seen_in(f"the log of {name}", log)]

    assert found == []
    # They were as loud as can be, and had something to say.
    assert all(b" DEBUG " in log for log in logs.values())
    assert b"Traceback" in logs["web"]


def test_no_text_of_a_message_is_in_a_log(told: Told) -> None:
    _, _, logs = told

    lines = [line[:300] for log in logs.values() for line in log.splitlines() if b"canary-text" in line]
    assert lines == []


def test_no_secret_is_on_a_page_in_a_stream_or_in_an_export(told: Told) -> None:
    canaries, heard, _ = told

    assert [hit for what, said in heard.items() for hit in canaries.seen_in(what, said)] == []
    assert any(b"text/csv" in said for said in heard.values())
    assert any(b"hx-partial" in said for what, said in heard.items() if "stream" in what)


def test_no_secret_rests_in_the_clear(ring: Ring, told: Told) -> None:
    canaries, _, _ = told
    files: list[Path] = [path for path in ring.home.rglob("console.sqlite3*") if path.is_file()]

    found = [hit for path in files for hit in canaries.seen_in(path.name, path.read_bytes())]

    assert files
    assert found == []


def test_platform_was_told_nothing_but_the_keys_it_gave(ring: Ring, told: Told) -> None:
    canaries, _, _ = told

    received = str(ring.sandbox.received())

    assert canaries.seen_in("a request to Engage", received, but=("API key", "conversation key", "webhook token")) == []
    assert "referer" not in received.lower()
    assert ring.url not in received
