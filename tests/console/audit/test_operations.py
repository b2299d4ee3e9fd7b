"""What an operator does on the command line stands in the same trail."""

from __future__ import annotations

import getpass
from typing import Any

import pytest
from django.core.management import call_command
from django.test import override_settings

from console.audit.models import AuditEntry
from tests.factories import make_workspace
from tests.sandbox_process import TEST_KEY, SandboxProcess

pytestmark = pytest.mark.django_db


def connect(sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch, **options: Any) -> None:
    monkeypatch.setenv("ENGAGE_API_KEY", TEST_KEY)
    origins = dict.fromkeys(("core_origin", "conversation_origin", "widget_origin"), sandbox.url)
    call_command("connect_workspace", "Acme", org_id=1, workspace_id=14, **(origins | options))


def test_connecting_and_changing_a_workspace_is_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    with SandboxProcess() as sandbox:
        connect(sandbox, monkeypatch)
        connect(sandbox, monkeypatch, widget_origin="https://agent.example")

    first, second = AuditEntry.objects.order_by("id")
    assert (first.action, first.subject, first.by) == ("connected workspace", "Acme", None)
    assert first.after["operator"] == getpass.getuser()
    assert (second.action, second.after["widget_origin"]) == ("changed workspace", "https://agent.example")
    assert TEST_KEY not in f"{first.after}{second.after}"


def test_rotating_keys_is_written_down() -> None:
    make_workspace()

    call_command("rotate_keys")

    entry = AuditEntry.objects.get()
    assert (entry.action, entry.after["secrets"]) == ("rotated keys", 2)


@override_settings(ENGAGE_WITNESS="")
def test_engage_works_where_nobody_keeps_a_record() -> None:
    call_command("rotate_keys")

    assert not AuditEntry.objects.exists()
