"""The list of failures in docs/reliability.md is whole, and every test it names exists."""

from __future__ import annotations

import re

from tests.browser.ring import ROOT

PAGE = (ROOT / "docs" / "reliability.md").read_text()
# So many rows the catalogue began with; what is met later comes behind them.
FIRST_SIZES = {"A": 18, "B": 11, "C": 18, "D": 14, "E": 9, "F": 19, "G": 6, "H": 16, "I": 29}
_ROW = re.compile(r"^\| ([A-I]\d+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)


def existing_tests() -> set[str]:
    files = (path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    return {name for text in files for name in re.findall(r"^(?: {4})?def (test_\w+)", text, re.MULTILINE)}


def test_every_failure_has_its_row() -> None:
    rows = [row[0] for row in _ROW.findall(PAGE)]

    sizes = {part: max(size, sum(row.startswith(part) for row in rows)) for part, size in FIRST_SIZES.items()}
    assert rows == [f"{part}{number}" for part, size in sizes.items() for number in range(1, size + 1)]


def test_every_row_names_a_test_or_is_accepted_with_a_reason() -> None:
    rows = _ROW.findall(PAGE)

    assert not [row[0] for row in rows if "`test_" not in row[3] and "ccepted:" not in row[2]]


def test_every_test_that_is_named_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))

    assert named - existing_tests() == set()
