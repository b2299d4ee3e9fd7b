"""Our side of the ring, without its processes: what the platform tells goes through ledger and projector into the
mirror, and what it answers through our client."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import requests

from engage.api.client import EngageClient
from engage.api.errors import EngageError
from engage.mirror.check import find_differences
from engage.mirror.platform import client_for
from engage.mirror.projector import project_all
from engage.mirror.reading import read_conversation
from engage.mirror.reconcile import read_campaigns
from engage.models import Conversation, Delivery, Workspace
from engage.vault import Secret
from tests.engage.sandbox.receiver import Receiver
from tests.factories import make_workspace
from tests.sandbox_process import SandboxProcess

# Some dialects put into the list what is no campaign, and that is said.
_NO_CAMPAIGN = "campaign without an id: not understood"


class Ring:
    """One workspace at a sandbox that begins afresh and speaks these dialects."""

    def __init__(self, sandbox: SandboxProcess, receiver: Receiver, names: tuple[str, ...], *, seed: int = 1) -> None:
        self.sandbox, self._receiver, self._projected = sandbox, receiver, 0
        self.workspace = self._make_workspace()
        self.findings: set[str] = set()
        sandbox.set_dialect()
        sandbox.reset()
        sandbox.set_webhook_url(receiver.url)
        sandbox.set_dialect(*names, seed=seed)

    def _make_workspace(self) -> Workspace:
        workspace = make_workspace(origin=self.sandbox.url)
        workspace.api_key = Secret(self.sandbox.api_key)
        # The account that the sandbox is.
        workspace.org_id, workspace.workspace_id = 1, 14
        workspace.save()
        return workspace

    @property
    def client(self) -> EngageClient:
        return client_for(self.workspace)

    def hear(self, count: int) -> None:
        """So many events by now: into the ledger as they came, and from there into the mirror."""
        for event in self._receiver.wait_for(count)[self._projected :]:
            body = json.dumps(event.body).encode()
            Delivery.objects.create(workspace=self.workspace, body=body, event_type=event.kind)
            self._projected += 1
        project_all()

    def read_campaigns(self) -> None:
        self.attempt("the list of campaigns", lambda: read_campaigns(self.workspace, self.client))

    def read_conversations(self) -> None:
        for conversation in Conversation.objects.select_related("workspace", "lead").order_by("pk"):
            self._read(conversation)

    def _read(self, conversation: Conversation) -> None:
        self.attempt("GET of a conversation", lambda: read_conversation(conversation, self.client))

    def compare(self) -> None:
        """The whole mirror against the platform: every difference is a finding, but for what says that it is none."""
        self.read_campaigns()
        differences = [words for words in find_differences() if not words.startswith(_NO_CAMPAIGN)]
        self.findings |= {f"mirror_check: {difference}" for difference in differences}

    def attempt(self, what: str, deed: Callable[[], object]) -> None:
        """`what` is a finding where the answer is not understood."""
        try:
            deed()
        except EngageError:
            self.findings.add(what)

    def expect(self, what: str, is_so: bool) -> None:
        if not is_so:
            self.findings.add(what)

    def conversation_with(self, lead: dict[str, Any]) -> Conversation | None:
        """By the person's number, however it is written; of several with one number the one of that campaign."""
        rows = Conversation.objects.select_related("lead", "campaign")
        found = [row for row in rows if digits(row.lead.phone) == digits(lead["phone"])]
        same = [row for row in found if row.campaign.name == lead["campaign"]]
        return next(iter(same if len(found) > 1 else found), None)

    def serves(self, campaign: dict[str, Any]) -> bool:
        """Whether this account shows that campaign at all: none is missed that it does not."""
        answer = requests.get(
            f"{self.sandbox.url}/api/public/engage/campaigns/{campaign['id']}",
            headers={"X-API-KEY": self.sandbox.api_key},
            timeout=20,
        )
        return answer.status_code != 404

    def choose_disposition(self, lead: dict[str, Any], name: str) -> None:
        """By an agent who works elsewhere."""
        answer = requests.post(
            f"{self.sandbox.url}/api/public/engage/conversation/disposition",
            params={"key": lead["key"]},
            data={"disposition": name},
            headers={"X-Sandbox-Dialect": "plain"},
            timeout=20,
        )
        assert answer.ok


def digits(phone: str) -> str:
    return "".join(filter(str.isdecimal, phone))[-10:]


def moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp).astimezone(UTC)
