"""A token that leaked is renewed without losing a webhook: both addresses work until the old one is ended."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.audit.models import AuditEntry
from engage.mirror.observations import mask_tokens
from engage.mirror.projector import project_all
from engage.models import Attempt, Campaign, Command, Conversation, Delivery, ListLoad, Workspace
from engage.vault import Secret
from engage.webhooks.addresses import load_result_url, webhook_url
from engage.webhooks.tokens import forget_tokens, name_of
from tests.engage.deliveries import SAMPLE_BYTES, make_workspace

pytestmark = pytest.mark.django_db(transaction=True)

OLD = "token-of-the-workspace"


@pytest.fixture(autouse=True)
def workspace() -> Iterator[Workspace]:
    forget_tokens()
    yield make_workspace()
    forget_tokens()


def manage(workspace: Workspace, *options: str) -> str:
    said = StringIO()
    call_command("renew_webhook_token", workspace.name, *options, stdout=said)
    workspace.refresh_from_db()
    return said.getvalue()


def post(token: str, raw: bytes = SAMPLE_BYTES, *, path: str = "") -> int:
    address = f"/hooks/engage/{token}/{path}"
    return Client().post(address, raw, content_type="application/json").status_code


def new_token(workspace: Workspace) -> str:
    return workspace.webhook_token.reveal()


def test_both_addresses_are_accepted_until_the_old_one_is_ended(workspace: Workspace) -> None:
    manage(workspace)
    both = [post(OLD), post(new_token(workspace))]

    manage(workspace, "--end-old")
    afterwards = [post(OLD), post(new_token(workspace))]
    project_all()

    assert (both, afterwards) == ([204, 204], [404, 204])
    assert set(Delivery.objects.values_list("workspace", flat=True)) == {workspace.pk}
    assert Conversation.objects.count() == 1


def test_the_address_to_register_is_printed_and_holds_another_token(workspace: Workspace) -> None:
    said = manage(workspace)

    assert webhook_url(workspace) in said.splitlines()
    assert OLD not in said
    assert new_token(workspace) != OLD
    assert re.search(r"The old address works until \d{4}-", said)


def test_old_token_ends_by_itself_after_a_day_or_as_asked(workspace: Workspace) -> None:
    for options, hours in ((), 24), (("--keep-old", "2"), 2):
        manage(workspace, *options)
        left = (workspace.old_webhook_token_until or timezone.now()) - timezone.now()
        manage(workspace, "--end-old")

        assert timedelta(hours=hours) - timedelta(minutes=1) < left <= timedelta(hours=hours)


def test_old_token_that_is_remembered_is_refused_at_its_end_nevertheless(workspace: Workspace) -> None:
    manage(workspace)
    Workspace.objects.update(old_webhook_token_until=timezone.now() + timedelta(seconds=0.5))

    before = post(OLD)
    time.sleep(0.6)

    assert (before, post(OLD)) == (204, 404)


def test_nothing_of_the_old_token_is_kept_when_asked_so(workspace: Workspace) -> None:
    said = manage(workspace, "--keep-old", "0")

    assert [post(OLD), post(new_token(workspace))] == [404, 204]
    assert "The old address is refused" in said


def test_status_counts_what_comes_by_either_and_changes_nothing(workspace: Workspace) -> None:
    post(OLD)
    manage(workspace)
    for token in (OLD, OLD, new_token(workspace)):
        post(token)

    said = manage(workspace, "--status")

    assert "by the new address: 1 webhooks" in said
    assert "by the old address: 2 webhooks" in said
    assert [post(OLD), post(new_token(workspace))] == [204, 204]


def test_status_names_lists_that_were_uploaded_with_the_old_address(workspace: Workspace) -> None:
    campaign = Campaign.objects.create(workspace=workspace, remote_id="c1", name="Spring")
    moment = timezone.now()
    command = Command.objects.create(
        kind=Command.Kind.LOAD_LIST,
        workspace=workspace,
        campaign=campaign,
        target="Leads",
        state=Command.State.ACCEPTED,
        expires_at=moment,
    )
    Attempt.objects.create(command=command, number=1, marked_at=moment, outcome=Attempt.Outcome.SENT)
    load = ListLoad.objects.create(campaign=campaign, list_name="Leads", command=command)
    manage(workspace)

    waiting = manage(workspace, "--status")
    answered = post(OLD, b'{"status": "Completed"}', path=f"loads/{load.pk}/")
    project_all()

    assert "1 uploaded lists are still to be answered for" in waiting
    assert answered == 204
    assert "uploaded lists" not in manage(workspace, "--status")


def test_list_result_comes_by_the_new_address_and_is_refused_by_an_ended_one(workspace: Workspace) -> None:
    campaign = Campaign.objects.create(workspace=workspace, remote_id="c1", name="Spring")
    load = ListLoad.objects.create(campaign=campaign, list_name="Leads")
    manage(workspace, "--keep-old", "0")

    load.refresh_from_db()
    given_out = load_result_url(ListLoad.objects.get(pk=load.pk))
    answers = [post(token, b"{}", path=f"loads/{load.pk}/") for token in (OLD, new_token(workspace))]

    assert given_out.endswith(f"/{new_token(workspace)}/loads/{load.pk}/")
    assert answers == [404, 204]


def test_both_tokens_are_masked_and_told_apart_in_what_is_kept(workspace: Workspace) -> None:
    manage(workspace)
    texts = [f"https://desk.example/hooks/engage/{token}/" for token in (OLD, new_token(workspace))]

    masked = json.dumps(mask_tokens(texts))
    for token in (OLD, new_token(workspace)):
        post(token)

    assert OLD not in masked
    assert new_token(workspace) not in masked
    assert workspace.old_webhook_token_fingerprint[:16] in masked
    assert workspace.webhook_token_fingerprint[:16] in masked
    assert list(Delivery.objects.order_by("id").values_list("token_name", flat=True)) == [
        name_of(Secret(OLD)),
        name_of(workspace.webhook_token),
    ]


def test_second_renewal_is_refused_while_an_old_token_is_accepted(workspace: Workspace) -> None:
    manage(workspace)
    token = new_token(workspace)

    with pytest.raises(CommandError, match="--end-old"):
        manage(workspace)

    workspace.refresh_from_db()
    assert new_token(workspace) == token
    assert [post(OLD), post(token)] == [204, 204]


def test_token_of_one_workspace_opens_no_other_before_and_after(workspace: Workspace) -> None:
    other = make_workspace(token="token-of-another", name="Other")

    manage(workspace)
    for token in (OLD, "token-of-another", new_token(workspace)):
        post(token)

    owners = list(Delivery.objects.order_by("id").values_list("workspace", flat=True))
    assert owners == [workspace.pk, other.pk, workspace.pk]


def test_known_old_token_costs_one_statement_as_well(workspace: Workspace) -> None:
    manage(workspace)
    post(OLD)

    # One INSERT into the ledger.
    with CaptureQueriesContext(connection) as queries:
        post(OLD)
    assert len(queries) == 1


def test_renewal_and_end_are_written_down_without_a_token(workspace: Workspace) -> None:
    manage(workspace)
    manage(workspace, "--end-old")

    renewed, ended = AuditEntry.objects.order_by("id")
    assert (renewed.action, renewed.subject, renewed.after["old_kept_for_hours"]) == (
        "renewed webhook token",
        workspace.name,
        24,
    )
    assert (ended.action, ended.subject) == ("ended old webhook token", workspace.name)
    assert not {OLD, new_token(workspace)} & set(re.findall(r"[\w-]+", f"{renewed.after}{ended.after}"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--end-old",), "never renewed"),
        (("--status",), "never renewed"),
        (("--keep-old", "-1"), "0 to 744 hours"),
        (("--keep-old", "745"), "0 to 744 hours"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    workspace: Workspace, options: tuple[str, ...], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        manage(workspace, *options)

    workspace.refresh_from_db()
    assert new_token(workspace) == OLD
    assert not AuditEntry.objects.exists()


def test_ending_twice_and_an_unknown_workspace_are_refused(workspace: Workspace) -> None:
    manage(workspace, "--keep-old", "0")

    with pytest.raises(CommandError, match="accepted any more"):
        manage(workspace, "--end-old")
    with pytest.raises(CommandError, match="no workspace is called Nobody"):
        call_command("renew_webhook_token", "Nobody")
