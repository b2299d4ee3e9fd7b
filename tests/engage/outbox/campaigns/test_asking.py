"""What people ask of campaigns is taken once, in order, or refused with a reason to read."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import close_old_connections

from engage.models import Campaign, Change, Command, ListLoad
from engage.outbox.campaigns import activate_campaign, intent_of, intents_of, load_lead, load_list, pause_campaign
from engage.outbox.refusals import (
    AlreadyLoading,
    BadListName,
    BlankTemplate,
    KeyTaken,
    NoPhone,
    NotApproved,
    NothingToChange,
    NothingToLoad,
    TemplateChanged,
    UnknownTemplate,
)
from tests.engage.outbox.campaigns.conftest import Asking
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db(transaction=True)

State = Command.State
TEXTS = {"outgoingMessage": "Hi {{FirstName}}", "helpMessage": "Write to us"}


@pytest.fixture
def ready(db: None) -> Campaign:
    campaign = make_campaign(status="READY")
    campaign.document = {"messages": TEXTS}
    campaign.save()
    return campaign


def make_load(campaign: Campaign, **fields: Any) -> ListLoad:
    request = {
        "de_dupe": True,
        "first_row_headers": True,
        "mapped_columns": [{"column_index": 0, "column_id": "Phone"}],
    }
    load = ListLoad.objects.create(campaign=campaign, **({"list_name": "Leads", "request": request} | fields))
    load.append_file([b"Phone\n+12125550100\n"])
    return load


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("DRAFT", "This campaign is a draft. It can be activated once Engage has approved its messages."),
        ("PENDING_APPROVAL", "Engage has not approved this campaign yet. It can be activated after that."),
    ],
)
def test_a_campaign_that_is_not_approved_cannot_be_activated(
    ready: Campaign, ask: Asking, status: str, words: str
) -> None:
    Campaign.objects.filter(pk=ready.pk).update(status=status)

    with pytest.raises(NotApproved) as refusal:
        ask.activate(ready)

    assert refusal.value.message == words
    assert not Command.objects.exists()
    assert ask.pause(ready).state == State.QUEUED


def test_the_same_key_is_the_same_command_and_no_other(ready: Campaign, ada: User) -> None:
    key = uuid.uuid4()
    command = activate_campaign(campaign=ready, by=ada, key=key)

    assert activate_campaign(campaign=ready, by=ada, key=key) == command
    with pytest.raises(KeyTaken):
        pause_campaign(campaign=ready, by=ada, key=key)
    assert Command.objects.count() == 1


@pytest.mark.both_databases
def test_ten_clicks_at_once_are_one_command(ready: Campaign, ada: User) -> None:
    key, found = uuid.uuid4(), []

    def click() -> None:
        found.append(pause_campaign(campaign=ready, by=ada, key=key).pk)
        close_old_connections()

    _together(*[click] * 10)

    assert len(found) == 10
    assert set(found) == {Command.objects.get().pk}


@pytest.mark.both_databases
def test_asked_at_once_the_greatest_id_is_the_only_one_that_counts(ready: Campaign, ada: User) -> None:
    def click(ask: Callable[..., Command]) -> Callable[[], None]:
        def run() -> None:
            ask(campaign=ready, by=ada, key=uuid.uuid4())
            close_old_connections()

        return run

    _together(*[click(activate_campaign), click(pause_campaign)] * 4)

    waiting = Command.objects.filter(state=State.QUEUED)
    assert [command.pk for command in waiting] == [max(Command.objects.values_list("pk", flat=True))]


def _together(*jobs: Callable[[], None]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_a_pause_cancels_an_activation_that_waits_and_the_other_way_round(ready: Campaign, ask: Asking) -> None:
    first, second, third = ask.activate(ready), ask.pause(ready), ask.activate(ready)

    states = [Command.objects.get(pk=command.pk) for command in (first, second, third)]
    assert [(row.state, row.reason) for row in states] == [
        (State.CANCELLED, "Replaced by pausing."),
        (State.CANCELLED, "Replaced by activating."),
        (State.QUEUED, ""),
    ]


def test_lists_and_messages_are_targets_of_their_own(ready: Campaign, ask: Asking) -> None:
    commands = [
        ask.activate(ready),
        ask.activate_list(ready, "Leads"),
        ask.pause_list(ready, "leads"),
        ask.update(ready, helpMessage="Call us"),
    ]

    assert all(Command.objects.get(pk=command.pk).state == State.QUEUED for command in commands)


def test_the_newest_intents_are_found_in_two_queries(
    ready: Campaign, ask: Asking, django_assert_num_queries: Callable[..., Any]
) -> None:
    ask.activate(ready)
    newest = ask.pause(ready)
    of_list = ask.activate_list(ready, "Leads")
    Command.objects.filter(pk=of_list.pk).update(state=State.UNCONFIRMED)
    update = ask.update(ready, helpMessage="Call us")
    others = [make_campaign() for _ in range(3)]

    # The newest ids, and their rows with the people who asked.
    with django_assert_num_queries(2):
        found = intents_of([ready.pk, *(other.pk for other in others)])

    intents = found[ready.pk]
    assert (intents.campaign, intents.messages, intents.lists) == (newest, update, {"Leads": of_list})
    assert intents.needing_somebody == [of_list]
    assert intent_of(others[0]).campaign is None


def test_the_campaign_is_announced(ready: Campaign, ask: Asking) -> None:
    ask.activate(ready)

    assert set(Change.objects.values_list("campaign_id", "conversation_id")) == {(ready.pk, None)}


@pytest.mark.parametrize("name", ["", "  \t", "half \ud83d", "nul\0"])
def test_a_list_needs_a_name_that_can_be_sent(ready: Campaign, ask: Asking, name: str) -> None:
    with pytest.raises(BadListName):
        ask.activate_list(ready, name)


@pytest.mark.parametrize(
    ("refusal", "messages", "base"),
    [
        (UnknownTemplate, {"farewellMessage": "Bye"}, {"farewellMessage": ""}),
        (BlankTemplate, {"helpMessage": " \n"}, TEXTS),
        (NothingToChange, {"helpMessage": " Write to us\r\n"}, TEXTS),
        (NothingToChange, {}, TEXTS),
        (TemplateChanged, {"helpMessage": "Call us"}, {"helpMessage": "Text us"}),
    ],
)
def test_an_update_that_makes_no_sense_is_refused(
    ready: Campaign, ask: Asking, refusal: type[Exception], messages: dict[str, str], base: dict[str, str]
) -> None:
    with pytest.raises(refusal):
        ask.update(ready, base, **messages)

    assert not Command.objects.exists()


def test_texts_are_kept_as_they_can_be_stored_and_sent(ready: Campaign, ask: Asking) -> None:
    command = ask.update(ready, helpMessage="Call\r\nus\0 \ud83d")

    command.refresh_from_db()
    assert command.details["messages"] == {"helpMessage": "Call\nus \ufffd"}


@pytest.mark.parametrize(
    ("refusal", "fields"),
    [
        (BadListName, {"list_name": " "}),
        (BadListName, {"list_name": 'a "quoted" list'}),
        (BadListName, {"list_name": "one/two"}),
        (NoPhone, {"request": {"mapped_columns": [{"column_index": 0, "column_id": "FirstName"}]}}),
    ],
)
def test_a_load_that_makes_no_sense_is_refused(
    ready: Campaign, ada: User, refusal: type[Exception], fields: dict[str, Any]
) -> None:
    load = make_load(ready, **fields)

    with pytest.raises(refusal):
        load_list(load=load, by=ada, key=uuid.uuid4())

    load.refresh_from_db()
    assert load.command is None


def test_a_load_without_a_file_is_refused(ready: Campaign, ada: User) -> None:
    load = make_load(ready)
    load.drop_file()

    with pytest.raises(NothingToLoad):
        load_list(load=load, by=ada, key=uuid.uuid4())


def test_a_file_is_loaded_by_one_command_only(ready: Campaign, ada: User) -> None:
    load, key = make_load(ready), uuid.uuid4()
    command = load_list(load=load, by=ada, key=key)

    assert load_list(load=load, by=ada, key=key) == command
    with pytest.raises(AlreadyLoading):
        load_list(load=load, by=ada, key=uuid.uuid4())
    load.refresh_from_db()
    assert (load.command, load.state) == (command, State.QUEUED)


def test_a_lead_without_a_phone_is_refused(ready: Campaign, ada: User) -> None:
    fields = [{"name": "FirstName", "value": "Jo"}, {"name": "Phone", "value": ""}]

    with pytest.raises(NoPhone):
        load_lead(campaign=ready, list_name="Leads", de_dupe=True, fields=fields, by=ada, key=uuid.uuid4())
