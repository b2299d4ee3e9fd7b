"""Loading leads: the file out of the database onto the line, and what became of it."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from engage.api import wire
from engage.api.client import Accepted, EngageClient
from engage.models import Command, ListLoad
from engage.outbox.aside import database_answers
from engage.outbox.lanes import describe
from engage.outbox.transitions import State, move
from engage.webhooks.addresses import load_result_url

logger = logging.getLogger(__name__)

# A file that nobody asked to load within this time is forgotten.
_KEPT_FOR = timedelta(days=7)
_REFUSALS = ("rejected", "failed", "failure", "error")
_NOT_NEEDED = (*Command.SETTLED, State.ACCEPTED)


def upload(command: Command, client: EngageClient) -> Accepted:
    """Post the file of the command. Raises the errors of engage.api."""
    load = ListLoad.objects.select_related("campaign__workspace").get(pk=command.details["load"])
    with load.open_file() as rows:
        return client.load_list(
            load.campaign.remote_id, file_name=file_name(load), rows=rows, request=_request_of(load)
        )


def file_name(load: ListLoad) -> str:
    """The platform names the list after it."""
    return f"{load.list_name}.csv"


def lead_fields(command: Command) -> tuple[wire.LeadField, ...]:
    fields = command.details["fields"]
    return tuple(wire.LeadField(field["name"], field["value"], field.get("type")) for field in fields)


def settle(command: Command) -> bool:
    """Draw from what the platform posted what it says of the load; true when that moved the command."""
    load = ListLoad.objects.filter(command=command, result_at__isnull=False).first()
    if load is None or command.state not in Command.WATCHED:
        return False
    result = load.result if isinstance(load.result, dict) else {}
    word = str(result.get("status", ""))
    if word.casefold() in _REFUSALS:
        return move(command, State.REJECTED, reason=f"Engage did not load it: {word}.")
    return move(command, State.CONFIRMED)


def watched() -> QuerySet[Command]:
    """Loads whose result has come."""
    open_ended = Command.objects.filter(due_at__isnull=False, state__in=Command.WATCHED, kind=Command.Kind.LOAD_LIST)
    return open_ended.filter(list_load__result_at__isnull=False)


def settle_lead(command: Command, said: wire.LeadLoadResult) -> bool:
    """The answer to a single lead is its result."""
    answer = {"status": said.status, "reason": said.reason, "message": said.message}
    details = {**command.details, "answer": answer}
    if said.is_accepted:
        return move(command, State.CONFIRMED, details=details)
    why = " ".join(part for part in (said.reason, said.message) if part)
    return move(command, State.REJECTED, reason=f"{said.status}: {why}" if why else said.status, details=details)


def drop_files() -> None:
    """Give back the space of files that arrived, that never will, or that nobody asked to load."""
    spent = Q(command__state__in=_NOT_NEEDED) | Q(command=None, created_at__lt=timezone.now() - _KEPT_FOR)
    for load in ListLoad.objects.filter(spent, size__gt=0):
        try:
            load.drop_file()
        except Exception as error:
            if not database_answers():
                raise
            logger.error("the file of load %s is not given up yet: %s", load.pk, describe(error))


def _request_of(load: ListLoad) -> wire.ListLoad:
    request = load.request
    columns = (wire.MappedColumn(column["column_index"], column["column_id"]) for column in request["mapped_columns"])
    return wire.ListLoad(
        de_dupe=bool(request.get("de_dupe")),
        first_row_headers=bool(request.get("first_row_headers")),
        webhook_url=load_result_url(load),
        mapped_columns=tuple(columns),
    )
