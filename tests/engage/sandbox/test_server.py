from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import requests

from tests.engage.sandbox.calling import send
from tests.sandbox_process import ROOT, SandboxProcess


def test_many_leads_are_made_at_once(sandbox: SandboxProcess) -> None:
    leads = sandbox.create_leads(count=1000)

    assert len({lead["key"] for lead in leads}) == 1000
    assert len(sandbox.leads(limit=10)) == 10


def test_lead_data_can_be_chosen(sandbox: SandboxProcess) -> None:
    [lead] = sandbox.create_leads(fields={"FirstName": "Ann", "Phone": "7165550142", "State": "TX", "timeZone": None})

    stored = sandbox.conversation(lead["key"])["data"]["lead"]

    assert (stored["phone"], stored["state"], stored["timeZone"]) == ("+17165550142", "TX", None)
    assert stored["leadData"]["FirstName"] == "Ann"


def test_reset_begins_again(sandbox: SandboxProcess) -> None:
    lead = sandbox.start_conversation()
    send(sandbox, lead["key"], "hello")
    sandbox.set_faults(calls={"rate": 1})

    sandbox.reset()

    assert (sandbox.leads(), sandbox.ledger()) == ([], [])
    assert len(sandbox.campaigns()) == 4


def test_parallel_sends_are_all_accepted(sandbox: SandboxProcess) -> None:
    keys = [lead["key"] for lead in sandbox.create_leads(count=20)]

    with ThreadPoolExecutor(10) as agents:
        statuses = list(
            agents.map(lambda number: send(sandbox, keys[number % 20], str(number)).status_code, range(200))
        )

    assert set(statuses) == {200}
    assert len(sandbox.ledger()) == 200


def test_data_survives_a_power_cut() -> None:
    with SandboxProcess() as sandbox:
        lead = sandbox.start_conversation()
        send(sandbox, lead["key"], "hello")
        sandbox.kill()
        sandbox.start()

        assert [entry["text"] for entry in sandbox.ledger()] == ["hello"]


def test_stops_in_time_while_answers_are_stalled() -> None:
    with SandboxProcess() as sandbox:
        lead = sandbox.start_conversation()
        sandbox.set_faults(calls={"rate": 1, "modes": ["stall"], "stall_s": 60, "paths": ["send"]})
        with suppress(requests.ReadTimeout):
            requests.post(
                f"{sandbox.url}/api/public/engage/conversation/send?key={lead['key']}",
                data={"message": "x"},
                timeout=0.3,
            )
        processes = [psutil.Process(sandbox.pid), *psutil.Process(sandbox.pid).children()]
        began = time.monotonic()

        sandbox.stop()

    assert time.monotonic() - began < 5
    assert not any(process.is_running() for process in processes)


def test_nothing_lingers_when_its_starter_is_gone(tmp_path: Path) -> None:
    with SandboxProcess(db=tmp_path / "sandbox.sqlite3") as probe:
        port = probe.port
    starter = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys; subprocess.run([sys.executable, '-m', 'engage.sandbox.server'])",
        ],
        cwd=ROOT,
        env={**os.environ, "SANDBOX_PORT": str(port), "SANDBOX_DB": str(tmp_path / "s.sqlite3"), "SANDBOX_START": "0"},
    )
    processes: list[psutil.Process] = []
    deadline = time.monotonic() + 20
    while len(processes) < 2 and time.monotonic() < deadline:
        processes = psutil.Process(starter.pid).children(recursive=True)
        time.sleep(0.1)
    assert len(processes) == 2

    starter.kill()
    starter.wait()

    _, alive = psutil.wait_procs(processes, timeout=8)
    assert alive == []


@pytest.mark.parametrize(
    ("name", "value"), [("SANDBOX_PORT", "many"), ("SANDBOX_PACE", "-1"), ("SANDBOX_WEBHOOK_URL", "ftp://x")]
)
def test_nonsense_in_the_environment_stops_the_start(name: str, value: str) -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "engage.sandbox.server"],
        cwd=ROOT,
        env={**os.environ, name: value},
        capture_output=True,
        timeout=20,
        text=True,
    )

    assert outcome.returncode == 1
    assert name in outcome.stderr.splitlines()[-1]


def test_migration_matches_the_tables(tmp_path: Path) -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run", "sandbox"],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "engage.sandbox.settings",
            "SANDBOX_DB": str(tmp_path / "s.sqlite3"),
        },
        capture_output=True,
        timeout=60,
        text=True,
    )

    assert outcome.returncode == 0, outcome.stdout
