"""B5: from the click on Send until the platform has the text."""

from __future__ import annotations

import secrets
import time
import uuid
from datetime import datetime
from urllib.parse import urlencode

from bench.figures import Figures, MeasureFailed, latencies
from bench.posting import Post, post_steadily
from bench.processes import free_port, web_server, worker
from bench.rows import WEBHOOK_PATH, empty_tables, make_workspace, sign_in_agents
from bench.sizes import Sizes
from engage.models import Conversation
from tests.sandbox_process import SandboxProcess

_AGENTS = 5
_CONFIRMED_WITHIN = 120.0
_ARRIVED_WITHIN = 30.0


def measure(sizes: Sizes) -> Figures:
    empty_tables()
    port = free_port()
    count = sizes.replies_per_second * sizes.replied_seconds
    with SandboxProcess(webhook_url=f"http://127.0.0.1:{port}{WEBHOOK_PATH}") as sandbox:
        make_workspace(platform=sandbox.url, api_key=sandbox.api_key)
        cookies = sign_in_agents(_AGENTS)
        with web_server(port=port) as web, worker():
            for lead in sandbox.create_leads(count):
                sandbox.say(lead["id"], "Hi! I would love to chat with someone about this offer.")
            conversations = _wait_until_confirmed(count)
            texts = [f"Hello, this is reply number {number}." for number in range(count)]
            posts = [
                _reply(conversation, text, cookies[number % _AGENTS])
                for number, (conversation, text) in enumerate(zip(conversations, texts, strict=True))
            ]
            clicked = post_steadily(web.port, posts, per_second=sizes.replies_per_second)
            arrived = _wait_until_arrived(sandbox, count)
    return latencies([arrived[text] - at for text, at in zip(texts, clicked, strict=True)])


def _wait_until_confirmed(count: int) -> list[Conversation]:
    """Webhooks have come, and a GET has confirmed each conversation, which the worker does a few of per second."""
    deadline = time.monotonic() + _CONFIRMED_WITHIN
    while time.monotonic() < deadline:
        conversations = list(
            Conversation.objects.exclude(key_fingerprint="").filter(read_wanted_at=None).order_by("id")
        )
        if len(conversations) == count:
            return conversations
        time.sleep(0.5)
    raise MeasureFailed(f"only {len(conversations)} of {count} conversations were confirmed")


def _reply(conversation: Conversation, text: str, cookie: str) -> Post:
    """The form of the page as htmx sends it."""
    token = secrets.token_hex(16)
    fields = {"key": str(uuid.uuid4()), "seen_through": conversation.heard_through, "text": text}
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"{cookie}; csrftoken={token}",
        "X-CSRFToken": token,
        "HX-Request": "true",
    }
    return Post(f"/conversations/{conversation.pk}/replies/", urlencode(fields).encode(), headers)


def _wait_until_arrived(sandbox: SandboxProcess, count: int) -> dict[str, float]:
    """Text → when the platform had it, by the same clock as ours. Each must be there exactly once."""
    deadline = time.monotonic() + _ARRIVED_WITHIN
    while time.monotonic() < deadline:
        sent = [entry for entry in sandbox.ledger() if entry["call"] == "send"]
        if len(sent) >= count:
            break
        time.sleep(0.5)
    arrived = {entry["text"]: datetime.fromisoformat(entry["at"]).timestamp() for entry in sent}
    if not len(arrived) == len(sent) == count:
        raise MeasureFailed(f"of {count} replies {len(arrived)} arrived, {len(sent)} times in all")
    return arrived
