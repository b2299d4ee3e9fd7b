from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from console.audit.append_only import allow_changes, forbid_changes
from tests import factories


@pytest.fixture
def ada(db: None) -> User:
    return factories.make_user(username="ada")


@pytest.fixture
def ben(db: None) -> User:
    return factories.make_user(username="ben")


@pytest.fixture
def sue(db: None) -> User:
    return factories.make_user(username="sue", role="Supervisor")


@pytest.fixture
def client(ada: User) -> Client:
    """Ada's browser."""
    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def sue_client(sue: User) -> Client:
    client = Client()
    client.force_login(sue)
    return client


@pytest.fixture(scope="module")
def erasable_audit(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """For tests that commit: the tables are emptied after each of them, and the trail is one of them."""
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            allow_changes(editor)
        yield
        with connection.schema_editor() as editor:
            forbid_changes(editor)
