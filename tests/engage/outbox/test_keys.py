"""A conversation whose key is renewed while a reply is on its way."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from engage.models import Command, Conversation
from engage.vault import Secret, fingerprint, seal
from tests.engage.outbox.conftest import Dispatching, spoil_key, texts_sent, wait_for_state
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State = Command.State
Reply = Callable[..., Command]
RENEWED = Secret("the-renewed-key")


class RenewingPlatform(ThreadingHTTPServer):
    """Renews the key at the first POST, which it refuses: from then on the old one opens nothing, unless told."""

    def __init__(self, sandbox: SandboxProcess, key: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sandbox, self.old_key = sandbox, key
        self.renews = True
        self.is_renewed = False
        self.posted: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: RenewingPlatform

    def do_GET(self) -> None:
        valid = RENEWED.reveal() if self.server.is_renewed else self.server.old_key
        if self._key != valid:
            return self._answer(404, {})
        payload = self.server.sandbox.conversation(self.server.old_key)
        for number, text in enumerate(self.server.posted):
            said = {"id": f"posted{number}", "direction": "OUTBOUND", "message": text}
            payload["data"]["messages"].append({**payload["data"]["messages"][-1], **said})
        return self._answer(200, payload)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self._key != RENEWED.reveal():
            self.server.is_renewed = self.server.renews
            return self._answer(403, {})
        self.server.posted.append(parse_qs(body)["message"][0])
        return self._answer(200, {})

    @property
    def _key(self) -> str:
        return parse_qs(urlsplit(self.path).query)["key"][0]

    def _answer(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture
def renewing(sandbox: SandboxProcess, conversation: Conversation) -> Iterator[RenewingPlatform]:
    platform = RenewingPlatform(sandbox, conversation.key.reveal())
    thread = threading.Thread(target=platform.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    conversation.workspace.conversation_origin = platform.url
    conversation.workspace.save()
    yield platform
    platform.shutdown()
    thread.join()
    platform.server_close()


def offer(conversation: Conversation, key: Secret) -> None:
    offered = {"sealed_offered_key": seal(key), "offered_key_fingerprint": fingerprint(key)}
    Conversation.objects.filter(pk=conversation.pk).update(**offered)


def test_an_offered_key_takes_the_place_of_one_that_ended(
    sandbox: SandboxProcess, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    command, good = reply(conversation), conversation.key
    spoil_key(conversation)
    offer(conversation, good)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    conversation.refresh_from_db()
    assert conversation.key == good
    assert texts_sent(sandbox, conversation) == [command.text]


def test_a_key_renewed_between_look_and_post_is_used_for_one_more_try(
    renewing: RenewingPlatform, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    command = reply(conversation)
    offer(conversation, RENEWED)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert renewing.posted == [command.text]
    assert [attempt.http_status for attempt in command.attempts.order_by("number")] == [403, 200]


def test_without_a_renewed_key_the_reply_waits_until_it_is_too_late(
    renewing: RenewingPlatform, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    command = reply(conversation)

    with dispatching():
        wait_for_state(command, State.RETRY_WAIT)
        Command.objects.filter(pk=command.pk).update(expires_at=timezone.now() + timedelta(seconds=0.3))
        wait_for_state(command, State.EXPIRED)

    assert command.reason == "Engage refuses the link to this conversation."
    assert renewing.posted == []


def test_a_refused_post_with_a_good_key_is_not_blamed_on_the_link(
    renewing: RenewingPlatform, conversation: Conversation, reply: Reply, dispatching: Dispatching
) -> None:
    renewing.renews = False
    command = reply(conversation)

    with dispatching():
        wait_for_state(command, State.RETRY_WAIT)
        said_meanwhile = command.reason
        Command.objects.filter(pk=command.pk).update(expires_at=timezone.now() + timedelta(seconds=0.3))
        wait_for_state(command, State.EXPIRED)

    assert said_meanwhile == "Engage refused it (403); still trying."
    assert command.reason == "Engage refused it (403)."
