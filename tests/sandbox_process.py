"""The sandbox platform as a program of its own, for tests that need an Engage to talk to over real sockets."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
TEST_KEY = "1EfXsandbox+key/for/tests0123456789abcdefg0c4="


class SandboxProcess:
    """One running sandbox: `with SandboxProcess(webhook_url=…) as sandbox: …`. All calm unless told otherwise."""

    def __init__(
        self,
        *,
        webhook_url: str = "",
        pace: float = 0,
        start: int = 0,
        api_key: str = TEST_KEY,
        db: Path | str | None = None,
        port: int | None = None,
        seed: int = 1,
        broadcast: float = 0,
        undeliverable: float = 0,
        approval_delay: float | None = None,
        speed: float = 1,
        now: str = "",
        dialect: str = "",
    ) -> None:
        self.api_key = api_key
        self.port = port or _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._own_directory = (
            tempfile.TemporaryDirectory(prefix="sandbox-", ignore_cleanup_errors=True) if db is None else None
        )
        self.db = Path(db) if db else Path(self._own_directory.name if self._own_directory else "") / "sandbox.sqlite3"
        # Where its e-mails appear.
        self.mail = self.db.with_name("mail")
        self._environment = {
            "SANDBOX_PORT": str(self.port),
            "SANDBOX_DB": str(self.db),
            "SANDBOX_API_KEY": api_key,
            "SANDBOX_WEBHOOK_URL": webhook_url,
            "SANDBOX_PACE": str(pace),
            "SANDBOX_START": str(start),
            "SANDBOX_SEED": str(seed),
            "SANDBOX_BROADCAST_PER_MINUTE": str(broadcast),
            "SANDBOX_UNDELIVERABLE": str(undeliverable),
            "SANDBOX_APPROVAL_DELAY": "" if approval_delay is None else str(approval_delay),
            "SANDBOX_MAIL_DIR": str(self.mail),
            "SANDBOX_SPEED": str(speed),
            "SANDBOX_NOW": now,
            "SANDBOX_DIALECT": dialect,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._session = requests.Session()
        self._session.trust_env = False
        # What is so, whatever dialect the platform speaks to others.
        self._session.headers["X-Sandbox-Dialect"] = "plain"

    def __enter__(self) -> SandboxProcess:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        # Two seconds quicker than `stop`; the data survives both.
        self.kill()
        self._session.close()
        if self._own_directory:
            self._own_directory.cleanup()

    # The process

    def set_environment(self, **environment: str) -> None:
        """For its next start, beside its own settings."""
        self._environment |= environment

    @property
    def pid(self) -> int:
        assert self._process, "the sandbox is not running"
        return self._process.pid

    def start(self) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "engage.sandbox.server"],
            cwd=ROOT,
            env={**inherited, **self._environment},
            # A group of its own, so that `kill` reaches its worker as well.
            start_new_session=True,
            # It watches over that itself, but not from its first moment on.
            preexec_fn=end_with_parent,
        )
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            assert self._process.poll() is None, f"the sandbox ended with status {self._process.returncode}"
            try:
                if self._session.get(f"{self.url}/sandbox/healthz", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.05)
        self.kill()
        raise AssertionError("the sandbox did not answer within 90 s")

    def stop(self) -> None:
        """Politely; the data stays, so that `start` continues with it."""
        self._session.close()
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def kill(self) -> None:
        """At once, as a power cut would."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    # The platform's own endpoints, as its clients call them

    def campaigns(self) -> list[dict[str, Any]]:
        address, headers = f"{self.url}/api/public/engage/campaigns", {"X-API-KEY": self.api_key}
        return list(self._read(self._session.get(address, headers=headers, timeout=30)))

    def campaign(self, name: str) -> dict[str, Any]:
        return next(campaign for campaign in self.campaigns() if campaign["name"] == name)

    def switch_campaign(self, name: str, to: str) -> None:
        """`activate` or `pause`, as somebody who does not use the console."""
        address = f"{self.url}/api/public/engage/campaigns/{self.campaign(name)['id']}/{to}"
        self._read(self._session.post(address, headers={"X-API-KEY": self.api_key}, timeout=30))

    def conversation(self, key: str) -> dict[str, Any]:
        address = f"{self.url}/api/public/engage/conversation"
        return dict(self._read(self._session.get(address, params={"key": key}, timeout=30)))

    # Its controls

    def leads(self, limit: int | None = None) -> list[dict[str, Any]]:
        return list(self._get("leads", limit=limit))

    def lead(self, lead_id: str) -> dict[str, Any]:
        return next(lead for lead in self.leads() if lead["id"] == lead_id)

    def create_leads(
        self,
        count: int = 1,
        campaign_id: str | None = None,
        fields: dict[str, Any] | None = None,
        *,
        list_name: str | None = None,
        sent: bool = True,
    ) -> list[dict[str, Any]]:
        """With the broadcast in their threads; unless `sent`, they wait for it in their list."""
        wanted = {"count": count, "campaign_id": campaign_id, "list_name": list_name, "fields": fields or {}}
        return list(self._post("leads", {**wanted, "sent": sent}))

    def say(self, lead_id: str, text: str) -> str:
        """The lead texts; answers the message's id."""
        return str(self._post(f"leads/{lead_id}/say", {"text": text})["message_id"])

    def start_conversation(self, text: str = "Hi, yes please", **fields: Any) -> dict[str, Any]:
        """A new lead who has answered the broadcast."""
        lead = self.create_leads(fields=fields)[0]
        self.say(lead["id"], text)
        return lead

    def messages(self, lead_id: str) -> list[dict[str, Any]]:
        return list(self._get("messages", lead=lead_id))

    def ledger(self, after: int = 0) -> list[dict[str, Any]]:
        return list(self._get("ledger", after=after)["entries"])

    def received(self) -> list[dict[str, Any]]:
        """The last calls to the platform, refused ones included."""
        return list(self._get("requests")["requests"])

    def set_faults(
        self, *, calls: dict[str, Any] | None = None, webhooks: dict[str, Any] | None = None, seed: int | None = None
    ) -> None:
        wanted = {"calls": calls, "webhooks": webhooks, "seed": seed}
        self._post("faults", {name: value for name, value in wanted.items() if value is not None})

    def clear_faults(self) -> None:
        self._post("faults", {})

    def set_pace(self, per_minute: float) -> None:
        self._post("pace", {"per_minute": per_minute})

    def set_webhook_url(self, url: str) -> None:
        self._post("webhook-url", {"url": url})

    def set_broadcast(self, per_minute: float) -> None:
        self._post("broadcast", {"per_minute": per_minute})

    def set_approval_delay(self, seconds: float | None) -> None:
        self._post("approval", {"delay_s": seconds})

    def set_dialect(self, *names: str, seed: int = 1, refuse_for_s: float = 300) -> None:
        """How it speaks from now on; without a name, plainly. What this class asks is answered plainly always."""
        self._post("dialect", {"names": list(names), "seed": seed, "refuse_for_s": refuse_for_s})

    def spoken(self) -> list[str]:
        return list(self._get("dialect")["names"])

    def dialects(self) -> list[dict[str, Any]]:
        return list(self._get("dialect")["dialects"])

    def set_clock(self, **course: Any) -> None:
        """`now` moves it ahead, `speed` lets it run faster; `reset` brings it back."""
        self._post("clock", course)

    def now(self) -> str:
        return str(self._get("clock")["now"])

    def lists(self) -> list[dict[str, Any]]:
        return list(self._get("lists"))

    def change_settings(self, campaign_id: str, **settings: Any) -> dict[str, Any]:
        """schedule, carrierDailyLimits, webhooks, notifications: what no documented call changes."""
        return dict(self._post(f"campaigns/{campaign_id}/settings", settings))

    def reset(self, *, start: int | None = None, seed: int | None = None) -> None:
        self._post("reset", {"start": start, "seed": seed})

    def approve(self, campaign_id: str) -> None:
        self._post(f"campaigns/{campaign_id}/approve", {})

    def reject(self, campaign_id: str, reason: str = "") -> None:
        self._post(f"campaigns/{campaign_id}/reject", {"reason": reason})

    def _get(self, path: str, **query: Any) -> Any:
        return self._read(self._session.get(f"{self.url}/sandbox/{path}", params=query, timeout=60))

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return self._read(self._session.post(f"{self.url}/sandbox/{path}", json=body, timeout=60))

    @staticmethod
    def _read(response: requests.Response) -> Any:
        assert response.ok, f"{response.status_code} {response.url}: {response.text[:300]}"
        return response.json()


def end_with_parent() -> None:
    """Nothing lingers when the test run itself is killed."""
    if sys.platform == "linux":
        parent_death_signal = 1
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
