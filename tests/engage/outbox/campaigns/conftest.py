"""Campaign commands against a running sandbox, with something on the line that spoils single POSTs."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User

from engage.mirror.platform import client_for
from engage.mirror.reconcile import read_campaigns
from engage.models import Campaign, Command, Workspace
from engage.outbox.campaigns import (
    activate_campaign,
    activate_list,
    pause_campaign,
    pause_list,
    request_approval,
    update_messages,
)
from tests.engage.outbox import conftest as outbox
from tests.engage.outbox.campaigns.meddler import Forward, Meddler
from tests.engage.outbox.campaigns.model_platform import ModelPlatform
from tests.factories import make_workspace
from tests.sandbox_process import SandboxProcess

# The real rules, lived through in seconds.
QUICK = replace(
    outbox.QUICK,
    pauses=(0, 0.02, 0.05),
    may_land_for=0.4,
    activation_waits=0.05,
    hears_within=0.6,
)

# Where a webhook is to be heard in time, however slow the machine.
PATIENT = replace(QUICK, hears_within=60)

READY = "Renewals May"
ACTIVE = "Spring webinar"
PENDING = "Autumn clearance"


@pytest.fixture
def platform(sandbox: SandboxProcess) -> SandboxProcess:
    """The sandbox as at its first start: campaigns are few, and every test changes one."""
    sandbox.reset()
    return sandbox


@pytest.fixture
def meddler(platform: SandboxProcess, workspace: Workspace) -> Iterator[Meddler]:
    with Meddler(Forward(platform.url)) as meddler:
        workspace.core_origin = meddler.url
        workspace.save()
        yield meddler


@pytest.fixture
def find_campaign(meddler: Meddler, workspace: Workspace) -> Callable[[str], Campaign]:
    read_campaigns(workspace, client_for(workspace))
    return lambda name: Campaign.objects.get(workspace=workspace, name=name)


@pytest.fixture
def campaign(find_campaign: Callable[[str], Campaign]) -> Campaign:
    """Approved and not active."""
    return find_campaign(READY)


@pytest.fixture
def active_campaign(find_campaign: Callable[[str], Campaign]) -> Campaign:
    return find_campaign(ACTIVE)


@pytest.fixture
def model() -> ModelPlatform:
    return ModelPlatform()


@pytest.fixture
def line(model: ModelPlatform, db: None) -> Iterator[Meddler]:
    """The way to the model platform."""
    with Meddler(model) as line:
        yield line


@pytest.fixture
def modelled(line: Meddler) -> Campaign:
    """The campaign of the model platform, mirrored here."""
    workspace = make_workspace(origin=line.url)
    read_campaigns(workspace, client_for(workspace))
    return Campaign.objects.get(workspace=workspace)


class Asking:
    """Ada asks, with a new key each time."""

    def __init__(self, by: User) -> None:
        self._by = by

    def activate(self, campaign: Campaign) -> Command:
        return activate_campaign(campaign=campaign, by=self._by, key=uuid.uuid4())

    def pause(self, campaign: Campaign) -> Command:
        return pause_campaign(campaign=campaign, by=self._by, key=uuid.uuid4())

    def activate_list(self, campaign: Campaign, name: str) -> Command:
        return activate_list(campaign=campaign, list_name=name, by=self._by, key=uuid.uuid4())

    def pause_list(self, campaign: Campaign, name: str) -> Command:
        return pause_list(campaign=campaign, list_name=name, by=self._by, key=uuid.uuid4())

    def approval(self, campaign: Campaign) -> Command:
        return request_approval(campaign=campaign, by=self._by, key=uuid.uuid4())

    def update(self, campaign: Campaign, base: dict[str, str] | None = None, **messages: str) -> Command:
        base = campaign.messages if base is None else base
        return update_messages(campaign=campaign, messages=messages, base=base, by=self._by, key=uuid.uuid4())


@pytest.fixture
def ask(ada: User) -> Asking:
    return Asking(ada)


@pytest.fixture
def dispatching(dispatching: outbox.Dispatching) -> outbox.Dispatching:
    def run(**options: Any) -> Any:
        return dispatching(**({"pace": QUICK} | options))

    return run


def status_of(platform: SandboxProcess, campaign: Campaign) -> str:
    """What the platform itself says."""
    return str(next(said["campaignStatus"] for said in platform.campaigns() if said["id"] == campaign.remote_id))


def took(platform: SandboxProcess, campaign: Campaign) -> list[tuple[str, str]]:
    """The calls of this campaign that took effect, in the platform's order."""
    return [
        (entry["call"], entry["text"])
        for entry in platform.ledger()
        if entry.get("campaign_id") == campaign.remote_id and entry["accepted"]
    ]
