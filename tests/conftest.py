"""What every test stands on: a database in a file, a browser, and no way out to the network."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, expect, sync_playwright

from tests.contract.account import named_account
from tests.migrated import copy_migrated

# Playwright keeps an event loop running in the thread of the browser tests; the database calls beside it are safe.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# How fast an example is says something of the machine that day; what is fast is measured by bench/.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
REQUIRE_ALL = os.environ.get("CONSOLE_REQUIRE_ALL") == "1"

_refused_connections: list[str] = []
# Numbers of the one account beyond this machine that contract tests may speak to, where somebody has named one.
_account_numbers: set[tuple[str, int]] = set()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a Chromium the browser tests are skipped, unless CONSOLE_REQUIRE_ALL=1 lets them fail instead."""
    _check_marks(items)
    if CHROMIUM or REQUIRE_ALL:
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no Chromium is installed"))


def _check_marks(items: list[pytest.Item]) -> None:
    """`bin/test` picks files by the marks that stand in them: one that came from elsewhere would never be run."""
    written: dict[os.PathLike[str], str] = {}
    for item in items:
        for mark in item.iter_markers():
            if mark.name not in ("browser", "whole", "both_databases"):
                continue
            if item.path not in written:
                written[item.path] = item.path.read_text()
            if f"mark.{mark.name}" not in written[item.path]:
                raise pytest.UsageError(f"{item.nodeid}: write pytest.mark.{mark.name} into its own file")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The installed browser; Playwright brings none of its own here."""
    assert CHROMIUM, "Browser tests need Chromium: apt-get install chromium"
    return CHROMIUM


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One for all rooms: two Playwrights do not run in one thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        # A busy machine is slow; nothing here measures how fast things are.
        expect.set_options(timeout=15_000)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file: threads that share a database in memory do not lock as they do in production."""
    from django.db import connections

    default = connections["default"].settings_dict
    if default["ENGINE"].endswith("sqlite3"):
        default["TEST"]["NAME"] = str(copy_migrated(tmp_path_factory.mktemp("database") / "test.sqlite3"))


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest, django_db_modify_db_settings: None) -> bool:
    """On SQLite the tables are there already."""
    from django.db import connection

    return connection.vendor == "sqlite" or bool(request.config.getoption("reuse_db"))


@pytest.fixture(autouse=True)
def _audit_trail_can_be_emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that commits empties every table in the end, and the trail refuses it while it holds an entry."""
    marker = request.node.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"}.intersection(request.fixturenames)
    if not commits and not (marker and marker.kwargs.get("transaction")):
        yield
        return
    # Set up before this one, so that it empties the tables after it.
    request.getfixturevalue("transactional_db")
    yield
    from django.db import connection

    from console.audit.append_only import allow_changes, forbid_changes
    from console.audit.models import AuditEntry

    if AuditEntry.objects.exists():
        with connection.schema_editor() as editor:
            allow_changes(editor)
        AuditEntry.objects.all().delete()
        with connection.schema_editor() as editor:
            forbid_changes(editor)


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """For the whole session, so that a thread which outlives its test is held as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", _guarded(socket.socket.connect_ex))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield


@pytest.fixture(autouse=True)
def _no_connection_left_the_machine(_loopback_only: None) -> Iterator[None]:
    """Fails the test even when a thread or an `except` swallowed the refusal."""
    _refused_connections.clear()
    yield
    assert not _refused_connections, f"Connections beyond loopback: {', '.join(_refused_connections)}"


def _guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded_connect(self: socket.socket, address: Any) -> Any:
        is_network = self.family in (socket.AF_INET, socket.AF_INET6)
        if is_network and not _is_loopback(address[0]) and not _is_account(*address[:2]):
            _refuse(f"{address[0]}:{address[1]}")
        return connect(self, address)

    return guarded_connect


def _guarded_lookup(lookup: Callable[..., Any]) -> Callable[..., Any]:
    """Names are refused before a name server hears of them; numbers pass, `connect` judges those."""

    def guarded_lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host or "localhost"
        if name.endswith(".invalid"):
            # Reserved for names that never resolve: answered here, without asking anyone.
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        port = args[0] if args else kwargs.get("port")
        if not _is_loopback(name) and not _is_number(name) and not _is_account(name, port):
            _refuse(name)
        found = lookup(host, *args, **kwargs)
        if _is_account(name, port):
            _account_numbers.update(entry[4][:2] for entry in found)
        return found

    return guarded_lookup


def _refuse(address: str) -> None:
    _refused_connections.append(address)
    # Not an OSError: code under test that handles network trouble must not mistake the guard for it.
    pytest.fail(f"A test tried to connect beyond loopback: {address}")


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    return _is_number(host) and ip_address(host).is_loopback


def _is_account(host: str, port: Any) -> bool:
    account = named_account()
    return account is not None and (host, port) in account.doors | _account_numbers


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
