"""What the sentences of the guides are tried on. `account.py` says how to try them on a real account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.account import named_account
from tests.contract.platform import Platform
from tests.engage.sandbox.receiver import Receiver
from tests.sandbox_process import SandboxProcess


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    account = named_account()
    if account:
        yield Platform(account, None)
        return
    with SandboxProcess(start=4) as sandbox:
        yield Platform(None, sandbox)


@pytest.fixture
def sandbox(platform: Platform) -> SandboxProcess:
    """For what only a lead or the platform's staff can bring about."""
    if platform.sandbox is None:
        pytest.skip("nobody texts, approves or listens on a real account for a test")
    platform.sandbox.reset()
    return platform.sandbox


@pytest.fixture
def campaign(platform: Platform) -> dict[str, Any]:
    """Some campaign, to be read."""
    found = platform.campaigns()
    if not found:
        pytest.skip("the workspace has no campaign")
    return found[0]


@pytest.fixture
def own_campaign(platform: Platform) -> dict[str, Any]:
    """A campaign that a test may change."""
    if platform.sandbox:
        platform.sandbox.reset()
        return platform.sandbox.campaign("Renewals May")
    account = platform.account
    if account is None or not account.may_write or not account.campaign_id:
        pytest.skip("read-only: ENGAGE_CONTRACT_WRITE=1 and ENGAGE_CONTRACT_CAMPAIGN let it write")
    return platform.campaign(account.campaign_id)


@pytest.fixture
def ready_campaign(platform: Platform, own_campaign: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One that may be activated and paused; it is left as it was found."""
    status = own_campaign["campaignStatus"]
    if status not in ("READY", "ACTIVE"):
        pytest.skip(f"the campaign is {status}: only an approved one can be activated")
    yield own_campaign
    platform.call("POST", f"/campaigns/{own_campaign['id']}/{'activate' if status == 'ACTIVE' else 'pause'}")


@pytest.fixture
def own_list(platform: Platform, own_campaign: dict[str, Any]) -> str:
    """The name of a list of it that a test may switch."""
    name = "Expiring May" if platform.account is None else platform.account.list_name
    if not name:
        pytest.skip("read-only: ENGAGE_CONTRACT_LIST names a list that may be switched")
    return name


@pytest.fixture
def conversation_url(platform: Platform) -> str:
    """The conversationEndpoint of a conversation, to be read."""
    if platform.sandbox:
        lead = platform.sandbox.start_conversation("Yes please")
        return f"{platform.sandbox.url}/api/public/engage/conversation?key={lead['key']}"
    if platform.account is None or not platform.account.conversation_url:
        pytest.skip("ENGAGE_CONTRACT_CONVERSATION names no conversation")
    return platform.account.conversation_url


@pytest.fixture
def own_conversation_url(platform: Platform, conversation_url: str) -> str:
    """One that a test may write to."""
    if platform.account and not platform.account.may_write:
        pytest.skip("read-only: ENGAGE_CONTRACT_WRITE=1 lets it write to this conversation")
    return conversation_url


@pytest.fixture
def payload(platform: Platform, conversation_url: str) -> dict[str, Any]:
    answer = platform.fetch("GET", conversation_url)
    assert answer.status_code == 200
    return dict(answer.json())


@pytest.fixture
def events(sandbox: SandboxProcess) -> Iterator[Receiver]:
    """Everything the platform tells."""
    receiver = Receiver()
    sandbox.set_webhook_url(receiver.url)
    yield receiver
    sandbox.set_webhook_url("")
    receiver.close()
