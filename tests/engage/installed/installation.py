"""A console of its own on a SQLite file, worked as an operator does: by `manage.py` and by starting and stopping it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engage.backup import back_up
from engage.worker import STOP_WITHIN_SECONDS
from tests.migrated import copy_migrated
from tests.sandbox_process import ROOT, SandboxProcess

_MEET = """
import json, os
from django.db import transaction
from engage.api.wire import ConversationPayload
from engage.mirror.merge import merge
from engage.mirror.observations import ConversationObservation, Observations
from engage.mirror.platform import client_for
from engage.mirror.reading import read_conversation
from engage.models import Conversation, Workspace
workspace = Workspace.objects.get()
for said in json.loads(os.environ["SAID"]):
    payload = ConversationPayload.model_validate(said)
    seen = ConversationObservation(payload, payload.data.messages[-1].timestamp)
    with transaction.atomic():
        merge(workspace.pk, Observations(conversations=[seen]))
for conversation in Conversation.objects.filter(key_fingerprint="").select_related("lead"):
    read_conversation(conversation, client_for(workspace))
"""
_REPLY = """
import json, os, uuid
from django.contrib.auth.models import User
from engage.models import Conversation
from engage.outbox.enqueue import enqueue_reply
ada, _ = User.objects.get_or_create(username="ada")
for lead, text in json.loads(os.environ["SAID"]):
    conversation = Conversation.objects.get(lead__remote_id=lead)
    enqueue_reply(conversation=conversation, text=text, by=ada, key=uuid.uuid4(), seen_through=None)
"""
_SHOW = """
import json
from engage.models import Command
print(json.dumps(list(Command.objects.order_by("id").values("text", "state", "reason"))))
"""


class Installation:
    def __init__(self, home: Path, sandbox: SandboxProcess, prepared: Path | None = None) -> None:
        self.database = home / "console.sqlite3"
        if prepared:
            shutil.copyfile(prepared, self.database)
        self.sandbox = sandbox
        ours = ("CONSOLE_", "ENGAGE_", "SANDBOX_")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)} | {
            "DJANGO_SETTINGS_MODULE": "console.settings",
            "CONSOLE_DATABASE_URL": f"sqlite:///{self.database}",
            "CONSOLE_SECRET_KEY": "for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz",
            "ENGAGE_KEY_RING": "dGVzdHMtb25seS1rZXktMDEyMzQ1Njc4OWFiY2RlZiE=",
            "ENGAGE_API_KEY": sandbox.api_key,
        }
        self.worker: subprocess.Popen[bytes] | None = None

    def manage(self, *arguments: str, fails: bool = False, **environment: str) -> str:
        """What it said; `fails`: it must refuse."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment | environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def start_conversations(self, count: int) -> list[str]:
        """Leads of the sandbox who have answered, known here; returns their ids."""
        leads = [self.sandbox.start_conversation() for _ in range(count)]
        self._run(_MEET, [self.sandbox.conversation(lead["key"]) for lead in leads])
        return [lead["id"] for lead in leads]

    def reply(self, replies: list[tuple[str, str]]) -> None:
        """Queue (lead, text) pairs."""
        self._run(_REPLY, replies)

    def commands(self) -> list[dict[str, str]]:
        return list(json.loads(self._run(_SHOW).splitlines()[-1]))

    def start_worker(self) -> None:
        self.worker = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=ROOT, env=self.environment)

    def stop_worker(self) -> float:
        """How many seconds that took."""
        assert self.worker is not None
        began = time.monotonic()
        self.worker.send_signal(signal.SIGTERM)
        self.worker.wait(timeout=STOP_WITHIN_SECONDS + 20)
        self.worker = None
        return time.monotonic() - began

    def kill_worker(self) -> None:
        if self.worker is not None:
            self.worker.kill()
            self.worker.wait()
            self.worker = None

    def _run(self, program: str, said: Any = None) -> str:
        return self.manage("shell", "--verbosity", "0", "--command", program, SAID=json.dumps(said))


def prepare(home: Path, sandbox: SandboxProcess) -> Path:
    """What an operator does before the first start; returns the database."""
    installation = Installation(home, sandbox)
    copy_migrated(installation.database)
    origins = [f"--{name}-origin={sandbox.url}" for name in ("core", "conversation", "widget")]
    installation.manage("connect_workspace", "Acme", "--org-id=1", "--workspace-id=14", *origins)
    back_up(installation.database, home / "prepared.sqlite3")
    return home / "prepared.sqlite3"


def wait_until(is_so: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to be so"
        time.sleep(0.2)


def count_sends(sandbox: SandboxProcess) -> int:
    return sum(entry["call"] == "send" for entry in sandbox.ledger())
