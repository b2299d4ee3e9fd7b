"""A real account opens its own door in the network guard, and no other."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.sandbox_process import ROOT

# Addresses of documentation, which nothing is ever sent to: what the guard lets through ends in these stand-ins.
TRIAL = """
import socket
from tests import conftest

def is_open(address):
    try:
        with socket.socket() as plug:
            return conftest._guarded(lambda self, address: True)(plug, address)
    except BaseException:
        return False

def resolve(name, port):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", 443))]
    try:
        return bool(conftest._guarded_lookup(lambda host, port: found)(name, port))
    except BaseException:
        return False

before = is_open(("192.0.2.7", 443))
print(before, resolve("core.example", 443), resolve("core.example", 80), resolve("elsewhere.example", 443))
print(is_open(("192.0.2.7", 443)), is_open(("192.0.2.7", 80)), is_open(("192.0.2.8", 443)), is_open(("127.0.0.1", 1)))
"""


def try_doors(**environment: str) -> list[list[str]]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ENGAGE_CONTRACT_")}
    outcome = subprocess.run(
        [sys.executable, "-c", TRIAL],
        cwd=ROOT,
        env={**ours, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [line.split() for line in outcome.stdout.splitlines()]


def test_named_account_can_be_reached_and_nothing_else() -> None:
    before, after = try_doors(ENGAGE_CONTRACT_ORIGIN="https://core.example", ENGAGE_CONTRACT_API_KEY="k")

    assert before == ["False", "True", "False", "False"]
    assert after == ["True", "False", "False", "True"]


def test_without_an_account_nothing_beyond_this_machine_is_reached() -> None:
    before, after = try_doors()

    assert before == ["False", "False", "False", "False"]
    assert after == ["False", "False", "False", "True"]
