"""`pytest -p tests.torture.selection --promise 13`: the tests that show this promise, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--promise", type=int, metavar="NUMBER", help="run only what is marked promise(NUMBER)")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Most files are about none: to load them takes longer than many a promise does."""
    is_test = collection_path.name.startswith("test_") and collection_path.suffix == ".py"
    is_elsewhere = config.getoption("promise") is not None and is_test and "promise(" not in collection_path.read_text()
    return is_elsewhere or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    number = config.getoption("promise")
    if number is None:
        return
    # What stands beside this file is the same torture at a smaller size.
    elsewhere = (item for item in items if Path(__file__).parent not in item.path.parents)
    wanted = [item for item in elsewhere if any(number in mark.args for mark in item.iter_markers("promise"))]
    config.hook.pytest_deselected(items=[item for item in items if item not in wanted])
    items[:] = wanted
