"""What the tests of every day share: their verdict."""

from __future__ import annotations

from tests.torture.findings import Finding


def check(*findings: Finding) -> None:
    assert all(finding.is_kept for finding in findings), "\n".join(finding.line() for finding in findings)
