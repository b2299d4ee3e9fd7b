"""Connecting an account, again and again, and the check at the end of it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from engage.mirror.account import is_on_this_network
from engage.models import Delivery, Workspace
from tests.console.way_in.platform import Platform, running
from tests.factories import make_conversation
from tests.sandbox_process import ROOT

CAMPAIGN = json.loads((ROOT / "tests/payloads/campaign.json").read_text())
STARTED = json.loads((ROOT / "tests/payloads/conversation_started.json").read_text())
NOBODY = "http://127.0.0.1:9"

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    monkeypatch.setenv("ENGAGE_API_KEY", "the-key")
    with running() as platform:
        platform.campaigns = [CAMPAIGN]
        yield platform


def connect(*arguments: str) -> str:
    out = io.StringIO()
    call_command("connect_workspace", "Acme", *arguments, stdout=out)
    return out.getvalue()


def first_time(platform: Platform, *more: str) -> str:
    origins = [f"--{part}-origin={platform.url}" for part in ("core", "conversation", "widget")]
    return connect("--org-id=1", "--workspace-id=14", *origins, *more)


def fields() -> dict[str, Any]:
    return Workspace.objects.values().get()


def test_new_workspace_needs_both_numbers(platform: Platform) -> None:
    with pytest.raises(CommandError, match="a new one needs --org-id, --workspace-id"):
        connect("--org-id=1")


@pytest.mark.parametrize(
    ("option", "field", "value"),
    [
        ("--org-id", "org_id", 7),
        ("--workspace-id", "workspace_id", 8),
        ("--conversation-origin", "conversation_origin", "http://127.0.0.1:9"),
        ("--widget-origin", "widget_origin", "https://agent.engage.example"),
    ],
)
def test_running_again_changes_what_is_named_and_nothing_else(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, option: str, field: str, value: int | str
) -> None:
    first_time(platform)
    before = fields()
    monkeypatch.setenv("ENGAGE_API_KEY", "")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    connect(f"{option}={value}")

    after = fields()
    assert {name: after[name] for name in after if after[name] != before[name]} == {field: value}


def test_running_again_with_a_key_alone_changes_the_key_alone(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_time(platform)
    before = fields()
    monkeypatch.setenv("ENGAGE_API_KEY", "a-newer-key")

    connect()

    assert {name for name, value in fields().items() if value != before[name]} == {"sealed_api_key"}
    assert platform.keys[-1] == "a-newer-key"


def test_naming_nothing_is_refused(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    first_time(platform)
    monkeypatch.setenv("ENGAGE_API_KEY", "")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    with pytest.raises(CommandError, match="nothing to change was named"):
        connect()


def test_refused_key_leaves_the_workspace_as_it_was(platform: Platform) -> None:
    first_time(platform)
    before = fields()
    platform.campaigns = 401

    with pytest.raises(CommandError, match="refuses this API key"):
        connect("--org-id=5")

    assert fields() == before


def test_check_says_what_was_read(platform: Platform) -> None:
    said = first_time(platform)

    assert "- Campaigns: 1 listed." in said
    assert "- No conversation is known yet" in said
    assert "! No worker runs" in said
    assert "! Web does not answer at" in said
    assert "! No webhook has come yet" in said


def test_check_reads_a_known_conversation_from_end_to_end(platform: Platform) -> None:
    first_time(platform)
    conversation = make_conversation()
    conversation.workspace = conversation.campaign.workspace = Workspace.objects.get(name="Acme")
    conversation.save()
    platform.conversation = STARTED

    assert f"Read from end to end: conversation {conversation.pk}, 2 texts." in connect("--check")


def test_check_fails_where_no_conversation_can_be_read(platform: Platform) -> None:
    first_time(platform)
    conversation = make_conversation()
    conversation.workspace = Workspace.objects.get(name="Acme")
    conversation.save()

    with pytest.raises(CommandError, match=r"^1 thing does not fit$"):
        connect("--check")


def test_wrong_organization_is_said_with_the_command_that_mends_it(platform: Platform) -> None:
    platform.campaigns = [CAMPAIGN | {"orgId": 77, "workspaceId": 3}]

    said = first_time(platform)

    assert "Its campaigns belong to organization 77, workspace 3 (1 of 1); configured are 1 and 14." in said
    assert "To do: manage.py connect_workspace Acme --org-id 77 --workspace-id 3." in said


def test_dead_conversation_origin_is_said(platform: Platform) -> None:
    said = first_time(platform, f"--conversation-origin={NOBODY}")

    assert f"! Nobody answers at {NOBODY}, where conversations are to be" in said


def test_host_that_webhooks_name_is_said_beside_the_configured_one(platform: Platform) -> None:
    first_time(platform)
    body = json.dumps([{"anything": STARTED}]).encode()
    Delivery.objects.create(workspace=Workspace.objects.get(), event_type="Whatever", body=body)

    with pytest.raises(CommandError, match="do not fit"):
        connect("--check")
    said = connect("--org-id=1")

    assert f"Engage names https://api.purecallerid.dev (3 times), configured is {platform.url}" in said
    assert "manage.py connect_workspace Acme --conversation-origin https://api.purecallerid.dev" in said
    assert "key=" not in said.split("Check:")[1]


def test_check_changes_nothing_and_takes_nothing(platform: Platform) -> None:
    first_time(platform)
    before = fields()

    connect("--check")
    with pytest.raises(CommandError, match="--check changes nothing"):
        connect("--check", "--org-id=4")

    assert fields() == before


@pytest.mark.parametrize(
    ("origin", "is_near"),
    [
        ("http://127.0.0.1:8000", True),
        ("https://[::1]", True),
        ("https://10.0.0.8", True),
        ("https://192.168.1.4:8443", True),
        ("http://localhost", True),
        ("https://desk", True),
        ("https://desk.lan", True),
        ("https://desk.example.com", False),
        ("https://8.8.8.8", False),
    ],
)
def test_origin_that_nobody_elsewhere_can_reach(origin: str, is_near: bool) -> None:
    assert is_on_this_network(origin) == is_near


def test_origin_that_engage_cannot_reach_is_said(platform: Platform, settings: Any) -> None:
    first_time(platform)
    Workspace.objects.update(core_origin="https://core.engage.example")
    settings.ORIGIN = "http://192.168.7.7:8000"

    from engage.mirror.account import find_unreachable

    finding = find_unreachable(Workspace.objects.get())
    assert finding is not None
    assert finding.words.startswith("Engage cannot reach http://192.168.7.7:8000")


def test_mirror_check_never_claims_more_than_was_read(platform: Platform) -> None:
    first_time(platform)
    workspace = Workspace.objects.get()
    call_command("mirror_check", stdout=io.StringIO())
    for state, error in (
        (Delivery.State.QUARANTINED, "data: Field required"),
        (Delivery.State.IGNORED, "unknown event"),
    ):
        Delivery.objects.create(workspace=workspace, body=b"{}", state=state, error=error)
    out = io.StringIO()

    with pytest.raises(CommandError, match="2 differences"):
        call_command("mirror_check", stdout=out)

    assert out.getvalue().splitlines() == [
        "webhooks: 1 ignored: unknown event",
        "webhooks: 1 quarantined: data: Field required",
    ]


def test_mirror_check_names_conversations_that_the_platform_denies(platform: Platform) -> None:
    first_time(platform)
    conversation = make_conversation(is_confirmed=False)
    conversation.workspace = Workspace.objects.get(name="Acme")
    conversation.denied_at = conversation.workspace.created_at
    conversation.save()
    conversation.workspace.__class__.objects.exclude(name="Acme").update(core_origin=platform.url)
    out = io.StringIO()

    with pytest.raises(CommandError, match="difference"):
        call_command("mirror_check", stdout=out)

    assert "unknown to the platform" in out.getvalue()


def test_what_was_not_read_is_said_beside_what_was(platform: Platform) -> None:
    platform.campaigns = {"campaigns": [CAMPAIGN, {"name": "No id"}], "next": "token-of-the-next"}

    said = first_time(platform)

    assert "Connected Acme: 1 campaign, 1 more listed and not understood, this is a part of them, for Engage " in said
    assert "! That is a part of them, for Engage names the next page by a token." in said
    assert "! 1 more are listed and not understood" in said
