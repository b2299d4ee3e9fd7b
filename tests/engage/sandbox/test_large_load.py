"""Files of many thousand leads."""

from __future__ import annotations

import time

import psutil

from tests.engage.sandbox.calling import call
from tests.engage.sandbox.loading import as_csv, list_called, load, result_of
from tests.engage.sandbox.receiver import Receiver
from tests.engage.sandbox.waiting import wait_until
from tests.sandbox_process import SandboxProcess


def test_large_file_is_loaded_in_bounded_memory_beside_other_calls(sandbox: SandboxProcess, receiver: Receiver) -> None:
    [worker] = psutil.Process(sandbox.pid).children()
    rows = [(f"716{200 + number // 10_000}{number % 10_000:04d}", "Ann", "Lee", "Albany") for number in range(6_000)]
    before = worker.memory_info().rss

    answer = load(sandbox, as_csv(rows), webhookUrl=receiver.url)
    slowest = 0.0
    most = before
    while "ListLoad" not in receiver.kinds():
        slowest = max(slowest, call(sandbox, "GET", "/campaigns").elapsed.total_seconds())
        most = max(most, worker.memory_info().rss)
        time.sleep(0.05)

    assert answer.elapsed.total_seconds() < 5
    assert result_of(receiver)["accepted"] == 6_000
    assert most - before < 30_000_000
    assert slowest < 5


def test_load_goes_on_after_a_power_cut(receiver: Receiver) -> None:
    rows = [(f"716{200 + number // 10_000}{number % 10_000:04d}", "Ann") for number in range(3_000)]
    with SandboxProcess() as sandbox:
        load(sandbox, as_csv(rows), webhookUrl=receiver.url)
        wait_until(lambda: list_called(sandbox, "May leads")["totalLeads"] > 0)
        sandbox.kill()
        sandbox.start()

        result = result_of(receiver)

        assert (result["accepted"], result["rejected"]) == (3_000, 0)
        assert list_called(sandbox, "May leads")["totalLeads"] == 3_000
