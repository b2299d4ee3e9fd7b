"""One lead at a time, answered at once."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User

from engage.models import Campaign, Command
from engage.outbox.campaigns import load_lead
from tests.engage.outbox.campaigns.conftest import Asking, status_of, took
from tests.engage.outbox.campaigns.meddler import CUT, Meddler
from tests.engage.outbox.campaigns.model_platform import ModelPlatform
from tests.engage.outbox.conftest import Dispatching, wait_for_state, wait_until
from tests.sandbox_process import SandboxProcess

pytestmark = pytest.mark.django_db(transaction=True)

State = Command.State
NAME = "March & April 🎉 100%"
FIELDS = [{"name": "Phone", "value": "+12125550100", "type": "Phone"}, {"name": "FirstName", "value": "Jo"}]


def ask_to_load_lead(campaign: Campaign, by: User) -> Command:
    return load_lead(campaign=campaign, list_name=NAME, de_dupe=True, fields=FIELDS, by=by, key=uuid.uuid4())


def test_a_single_lead_is_accepted_at_once(
    model: ModelPlatform, modelled: Campaign, ada: User, dispatching: Dispatching
) -> None:
    command = ask_to_load_lead(modelled, ada)

    with dispatching():
        wait_for_state(command, State.CONFIRMED)

    assert json.loads(model.took[0][1]) == {
        "campaignId": modelled.remote_id,
        "listName": NAME,
        "deDupe": True,
        "fields": FIELDS,
    }
    assert command.details["answer"] == {"status": "Accepted", "reason": "", "message": ""}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            {"status": "Rejected", "reason": "DUPLICATE", "message": "Already in the campaign"},
            "Rejected: DUPLICATE Already in the campaign",
        ),
        ({"status": "Parked"}, "Parked"),
    ],
)
def test_a_single_lead_is_rejected_in_the_platforms_words(
    model: ModelPlatform,
    modelled: Campaign,
    ada: User,
    dispatching: Dispatching,
    answer: dict[str, Any],
    words: str,
) -> None:
    model.lead_answer = answer
    command = ask_to_load_lead(modelled, ada)

    with dispatching():
        wait_for_state(command, State.REJECTED)

    assert command.reason == words


def test_an_unanswered_lead_is_for_a_person_at_once(
    line: Meddler, modelled: Campaign, ada: User, dispatching: Dispatching
) -> None:
    line.fates.append(CUT)
    command = ask_to_load_lead(modelled, ada)

    with dispatching():
        wait_for_state(command, State.UNCONFIRMED)

    assert command.reason.startswith("Engage did not answer: the lead may have been loaded.")
    assert (len(line.posts), command.due_at) == (1, None)


@pytest.mark.parametrize("name", ["Ünïcødé 🎉 & + % / 名单", "  spaces  ", "x" * 200, "%26%2F%00"])
def test_a_list_made_by_a_single_lead_is_switched_by_its_verbatim_name(
    platform: SandboxProcess, campaign: Campaign, ada: User, ask: Asking, dispatching: Dispatching, name: str
) -> None:
    loading = load_lead(campaign=campaign, list_name=name, de_dupe=True, fields=FIELDS, by=ada, key=uuid.uuid4())

    with dispatching():
        wait_for_state(loading, State.CONFIRMED)
        wait_for_state(ask.activate(campaign), State.CONFIRMED)
        wait_until(lambda: status_of(platform, campaign) == "ACTIVE")
        command = ask.activate_list(campaign, name)
        wait_for_state(command, State.CONFIRMED, State.UNCONFIRMED)
        wait_for_state(ask.pause_list(campaign, name), State.CONFIRMED)

    assert took(platform, campaign) == [
        ("lead_load", name),
        ("activate", ""),
        ("list_activate", name),
        ("list_pause", name),
    ]


def test_a_duplicate_is_rejected_by_the_sandbox_and_said_so(
    campaign: Campaign, ada: User, dispatching: Dispatching
) -> None:
    first, second = ask_to_load_lead(campaign, ada), ask_to_load_lead(campaign, ada)

    with dispatching():
        wait_for_state(first, State.CONFIRMED, State.REJECTED)
        wait_for_state(second, State.CONFIRMED, State.REJECTED)

    rejected = next(command for command in (first, second) if command.state == State.REJECTED)
    assert rejected.details["answer"]["status"] == "Rejected"
    assert {first.state, second.state} == {State.CONFIRMED, State.REJECTED}
