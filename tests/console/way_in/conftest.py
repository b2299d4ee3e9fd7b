from __future__ import annotations

import pytest

from tests.console.way_in.clone import Clone


@pytest.fixture(scope="session")
def shared_clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    return Clone.make(tmp_path_factory.mktemp("clone"))


@pytest.fixture
def clone(shared_clone: Clone) -> Clone:
    shared_clone.forget()
    shared_clone.environment.clear()
    return shared_clone
