"""The platform's clock: where it begins, how fast it runs, and what goes by it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from tests.engage.sandbox.calling import call, choose
from tests.engage.sandbox.receiver import Receiver
from tests.engage.sandbox.waiting import wait_until
from tests.sandbox_process import ROOT, SandboxProcess


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_clock_is_this_machines_unless_told_otherwise(sandbox: SandboxProcess) -> None:
    assert abs(seconds(sandbox.now()) - datetime.now(UTC).timestamp()) < 5


def test_clock_runs_as_fast_as_it_is_told(sandbox: SandboxProcess) -> None:
    sandbox.set_clock(speed=1440)
    before, begun = seconds(sandbox.now()), time.monotonic()

    time.sleep(0.5)

    passed, real = seconds(sandbox.now()) - before, time.monotonic() - begun
    assert 0.5 * 1440 <= passed <= real * 1440 + 1440 * 0.5


def test_everything_is_stamped_by_it(sandbox: SandboxProcess, receiver: Receiver) -> None:
    sandbox.set_clock(now="2031-05-06T12:00:00Z")

    lead = sandbox.start_conversation()
    choose(sandbox, lead["key"], "CALL BACK")
    campaign = call(sandbox, "POST", f"/campaigns/{sandbox.campaign('Renewals May')['id']}/activate").json()

    data = receiver.wait_for(2)[1].body["data"]
    stamps = [
        *(message["timestamp"] for message in data["messages"]),
        *(data["lead"][name] for name in ("sent", "result", "dispositionTimestamp")),
        campaign["updated"],
        campaign["events"][-1]["timestamp"],
        *(entry["at"] for entry in sandbox.ledger()),
        sandbox.received()[-1]["at"],
    ]
    assert {stamp[:13] for stamp in stamps} == {"2031-05-06T12"}


def test_clock_cannot_be_turned_back(sandbox: SandboxProcess) -> None:
    for nonsense in ({"now": "2020-01-01T00:00:00Z"}, {"now": "noon"}, {"speed": 0}, {"speed": "fast"}):
        assert requests.post(f"{sandbox.url}/sandbox/clock", json=nonsense, timeout=10).status_code == 400

    assert abs(seconds(sandbox.now()) - datetime.now(UTC).timestamp()) < 5


def test_reset_brings_the_clock_back(sandbox: SandboxProcess) -> None:
    sandbox.set_clock(now="2031-05-06T12:00:00Z", speed=1000)

    sandbox.reset()

    assert abs(seconds(sandbox.now()) - datetime.now(UTC).timestamp()) < 5


def test_receiver_has_its_real_time_however_fast_the_clock_runs(sandbox: SandboxProcess, receiver: Receiver) -> None:
    sandbox.set_clock(speed=10_000)
    receiver.refusals.extend([503, 503])

    sandbox.start_conversation()

    receiver.wait_for(1)


def test_clock_goes_on_after_what_an_earlier_run_has_written() -> None:
    with SandboxProcess(now="2026-03-06T15:00:00Z", speed=10_000) as sandbox:
        wait_until(lambda: sandbox.now() > "2026-03-06T18")
        lead = sandbox.start_conversation()
        last = sandbox.messages(lead["id"])[-1]["timestamp"]
        sandbox.kill()
        sandbox.start()

        assert sandbox.now() > last


def test_speed_is_an_argument_as_well(tmp_path: Path) -> None:
    with SandboxProcess(db=tmp_path / "probe.sqlite3") as probe:
        url, port = probe.url, probe.port
    environment = {"SANDBOX_PORT": str(port), "SANDBOX_DB": str(tmp_path / "s.sqlite3"), "SANDBOX_START": "0"}
    server = subprocess.Popen(
        [sys.executable, "-m", "engage.sandbox.server", "--speed", "600"], cwd=ROOT, env={**os.environ, **environment}
    )
    try:

        def speed() -> float:
            try:
                return float(requests.get(f"{url}/sandbox/clock", timeout=5).json()["speed"])
            except requests.RequestException:
                return 0

        wait_until(speed, 30)
        assert speed() == 600
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.mark.parametrize(("arguments", "now"), [(["--speed", "fast"], ""), (["--speed", "0"], ""), ([], "yesterday")])
def test_nonsense_about_time_stops_the_start(arguments: list[str], now: str) -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "engage.sandbox.server", *arguments],
        cwd=ROOT,
        env={**os.environ, "SANDBOX_NOW": now},
        capture_output=True,
        timeout=20,
        text=True,
    )

    assert outcome.returncode == 1
    assert ("SANDBOX_NOW" if now else "SANDBOX_SPEED") in outcome.stderr.splitlines()[-1]
