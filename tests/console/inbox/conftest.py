from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

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
