"""What the tests of every day share: on which database they run, and their verdict."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.torture.findings import Finding

on_both = pytest.mark.both_databases
Test = Callable[..., None]


def once(test: Test) -> Test:
    """On PostgreSQL where there is one, else on SQLite."""
    marked: Test = pytest.mark.once(pytest.mark.both_databases(test))
    return marked


def check(*findings: Finding) -> None:
    assert all(finding.is_kept for finding in findings), "\n".join(finding.line() for finding in findings)
