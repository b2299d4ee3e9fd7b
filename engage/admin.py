"""Every table of the mirror, to look through. Remote facts are read-only; the ledger and the outbox have actions."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any, TypeVar

from django.contrib import admin, messages
from django.db import models
from django.db.models import Q, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from engage.api.errors import MalformedEvent
from engage.api.events import ConversationEvent, parse_event
from engage.bulk_actions import BoundedActions
from engage.mirror.projector import replay
from engage.models import (
    Attempt,
    Campaign,
    Change,
    Command,
    Consent,
    Conversation,
    Delivery,
    Disposition,
    Lead,
    LeadList,
    Lineage,
    ListLoad,
    Message,
    Pulse,
    Telling,
    Trouble,
    Workspace,
)
from engage.models.lead import found_by
from engage.outbox import holding
from engage.stop_words_form import StopWordsForm, words_for

_ATTEMPTS_SHOWN = 50
# A conversation's key stands in the addresses of a webhook's body, our own token in those of a campaign.
_KEY = re.compile(r"([?&;]key=|/hooks/engage/)[^\"&;#/\s]+")

Row = TypeVar("Row", bound=models.Model)
# As Django declares it: a name, or several that share a line.
Fields = list[str | list[str] | tuple[str, ...] | tuple[()]]


def masked(body: bytes) -> str:
    """A body as a person reads it: JSON with its parts below each other, whatever else as it came; without keys."""
    text = body.decode("utf-8", "replace")
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    # Half a character, which JSON can name, cannot be sent to a browser.
    readable = text.encode("utf-8", "replace").decode()
    return _KEY.sub(r"\1***", readable).replace("\x00", "\ufffd")


class ReadOnlyAdmin(BoundedActions[Row]):
    """Rows that follow from what the platform said: changing them by hand would be undone by the next statement."""

    def get_fields(self, request: HttpRequest, obj: Row | None = None) -> Fields:
        return [field.name for field in self.model._meta.fields if not field.name.startswith("sealed_")]

    @admin.display(description="name", ordering="name")
    def named(self, row: Row) -> str:
        """What leads to the row: a name that shows nothing cannot be clicked."""
        return str(row)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False


@admin.register(Workspace)
class WorkspaceAdmin(ReadOnlyAdmin[Workspace]):
    """Connected and changed by `manage.py connect_workspace`, which checks the key first; all but consent."""

    form = StopWordsForm
    list_display = ("name", "org_id", "workspace_id", "core_origin", "masked_api_key")
    search_fields = ("name",)

    def get_fields(self, request: HttpRequest, obj: Workspace | None = None) -> Fields:
        names: Fields = list(super().get_fields(request, obj))
        return [
            *(name for name in names if not str(name).endswith("_fingerprint")),
            "masked_api_key",
            "stop_words_as_read",
        ]

    def has_change_permission(self, request: HttpRequest, obj: Workspace | None = None) -> bool:
        return request.user.has_perm("engage.change_workspace")

    def get_readonly_fields(self, request: HttpRequest, obj: Workspace | None = None) -> list[str]:
        return [str(name) for name in self.get_fields(request, obj) if name not in ("stop_words", "tells_engage")]

    @admin.display(description="how the stop words are read")
    def stop_words_as_read(self, workspace: Workspace) -> str:
        rows = ((word, words_for(word)) for word in workspace.stop_words.splitlines())
        return format_html_join("; ", "{} {}", rows) or "none are set"

    @admin.display(description="API key")
    def masked_api_key(self, workspace: Workspace) -> str:
        return "***" if workspace.sealed_api_key else "none"


@admin.register(Trouble)
class TroubleAdmin(ReadOnlyAdmin[Trouble]):
    """What of the platform's answers could not be read, or not whole, and why."""

    list_display = ("about", "words", "workspace", "since", "last_at", "times")
    list_filter = ("workspace",)
    search_fields = ("about", "words")


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin[Campaign]):
    list_display = ("named", "workspace", "status", "sending_status", "confirmed_at")
    list_filter = ("workspace", "status")
    search_fields = ("name", "remote_id")


@admin.register(LeadList)
class LeadListAdmin(ReadOnlyAdmin[LeadList]):
    list_display = ("named", "campaign", "status")
    list_filter = ("status",)
    search_fields = ("name", "remote_id")


@admin.register(Lead)
class LeadAdmin(ReadOnlyAdmin[Lead]):
    list_display = ("named", "phone", "campaign", "status", "time_zone")
    list_filter = ("campaign",)
    list_select_related = ("campaign",)
    search_fields = ("search_text", "remote_id")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Lead], search_term: str) -> Any:
        """As the desk searches: names and numbers however they are written."""
        found = found_by(search_term) | Q(remote_id=search_term) if search_term else Q()
        return queryset.filter(found), False


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin[Conversation]):
    list_display = ("id", "lead", "campaign", "status", "waiting_since", "disposition", "denied_at", "disproved")
    list_filter = ("status", "campaign")
    list_select_related = ("lead", "campaign")
    search_fields = ("lead__search_text", "lead__remote_id")

    def get_fields(self, request: HttpRequest, obj: Conversation | None = None) -> Fields:
        names = super().get_fields(request, obj)
        return [name for name in names if not str(name).endswith(("_fingerprint", "_version"))]


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin[Message]):
    list_display = ("id", "conversation_id", "sent_at", "is_inbound", "signal", "is_confirmed")
    list_filter = ("is_inbound", "signal")
    search_fields = ("remote_id", "text")


@admin.register(Disposition)
class DispositionAdmin(ReadOnlyAdmin[Disposition]):
    list_display = ("conversation_id", "name", "chosen_at")
    search_fields = ("name", "conversation__lead__search_text")


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin[Consent]):
    list_display = ("phone", "kind", "at", "is_confirmed", "workspace")
    list_filter = ("kind", "workspace")
    search_fields = ("phone", "evidence")


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin[Change]):
    list_display = ("id", "at", "conversation_id", "campaign_id")
    search_fields = ("=conversation_id", "=campaign_id")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin[Delivery]):
    list_display = ("id", "workspace", "received_at", "event_type", "state", "error")
    list_filter = ("state", "event_type", "workspace")
    search_fields = ("=id", "error", "event_type")
    actions = ("replay_selected",)
    # One statement for all of them.
    most_at_once = 10_000

    def get_fields(self, request: HttpRequest, obj: Delivery | None = None) -> Fields:
        columns = (name for name in super().get_fields(request, obj) if name != "body")
        return [*columns, "conversation", "masked_body"]

    @admin.display(description="conversation")
    def conversation(self, delivery: Delivery) -> str:
        """Whose webhook it was: read from the body, and looked up, since the ledger stands by itself."""
        nobody = "of none that is known"
        try:
            event = parse_event(bytes(delivery.body), delivery.event_type)
        except MalformedEvent:
            return nobody
        if not isinstance(event, ConversationEvent):
            return nobody
        lead_id = event.payload.data.lead.id
        found = Conversation.objects.filter(workspace=delivery.workspace_id, lead__remote_id=lead_id).first()
        if found is None:
            return nobody
        address = reverse("admin:engage_conversation_change", args=[found.pk])
        return format_html('<a href="{}">{}</a>', address, found)

    @admin.display(description="body")
    def masked_body(self, delivery: Delivery) -> str:
        return format_html("<pre>{}</pre>", masked(bytes(delivery.body)))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        is_list = request.resolver_match is not None and request.resolver_match.url_name == "engage_delivery_changelist"
        rows = super().get_queryset(request)
        return rows.defer("body") if is_list else rows

    @admin.action(description="Replay: apply the selected deliveries again", permissions=["replay"])
    def replay_selected(self, request: HttpRequest, deliveries: QuerySet[Delivery]) -> None:
        count = replay(list(deliveries.values_list("id", flat=True)))
        self.message_user(request, f"{count} deliveries wait to be applied again.", messages.SUCCESS)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("engage.change_delivery")


class NewestAttempts(BaseInlineFormSet[Attempt, Command, Any]):
    """A pause that is repeated until it holds may have thousands."""

    def get_queryset(self) -> QuerySet[Attempt]:
        return super().get_queryset()[:_ATTEMPTS_SHOWN]


class AttemptInline(admin.TabularInline[Attempt, Command]):
    model = Attempt
    extra = 0
    can_delete = False
    formset = NewestAttempts
    ordering = ("-number",)
    verbose_name_plural = f"the newest {_ATTEMPTS_SHOWN} attempts"
    fields = readonly_fields = ("number", "authorised_by", "marked_at", "ended_at", "outcome", "http_status", "reason")

    def has_add_permission(self, request: HttpRequest, obj: Command | None = None) -> bool:
        return False


@admin.register(Command)
class CommandAdmin(ReadOnlyAdmin[Command]):
    list_display = ("id", "kind", "conversation_id", "state", "state_since", "reason", "created_by")
    list_filter = ("state", "kind", "workspace")
    list_select_related = ("created_by",)
    search_fields = ("=id", "=conversation__id", "reason", "created_by__username")
    actions = ("hold_selected", "release_selected")
    inlines = (AttemptInline,)

    @admin.action(description="Hold back the selected commands that still wait", permissions=["hold"])
    def hold_selected(self, request: HttpRequest, commands: QuerySet[Command]) -> None:
        count = holding.hold(commands.values_list("id", flat=True))
        self.message_user(request, f"{count} commands are held.", messages.SUCCESS)

    @admin.action(description="Release the selected commands that are held", permissions=["hold"])
    def release_selected(self, request: HttpRequest, commands: QuerySet[Command]) -> None:
        count = holding.release(commands.values_list("id", flat=True))
        self.message_user(request, f"{count} commands are released.", messages.SUCCESS)

    def has_hold_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("engage.change_command")


@admin.register(Telling)
class TellingAdmin(ReadOnlyAdmin[Telling]):
    list_display = ("consent", "state", "state_since", "reason", "answer", "by")
    list_filter = ("state",)
    list_select_related = ("consent", "by")
    search_fields = ("consent__phone", "reason")


@admin.register(ListLoad)
class ListLoadAdmin(ReadOnlyAdmin[ListLoad]):
    """Files of leads on their way, and what the platform said of them; what was asked names our own address."""

    list_display = ("list_name", "campaign", "size", "created_at", "result_at")
    list_select_related = ("campaign",)
    search_fields = ("list_name", "campaign__name")

    def get_fields(self, request: HttpRequest, obj: ListLoad | None = None) -> Fields:
        names = super().get_fields(request, obj)
        return [f"{name}_masked" if name in ("request", "result") else name for name in names]

    @admin.display(description="what was asked")
    def request_masked(self, load: ListLoad) -> str:
        return format_html("<pre>{}</pre>", masked(json.dumps(load.request).encode()))

    @admin.display(description="what the platform said")
    def result_masked(self, load: ListLoad) -> str:
        return format_html("<pre>{}</pre>", masked(json.dumps(load.result).encode()))


@admin.register(Pulse)
class PulseAdmin(ReadOnlyAdmin[Pulse]):
    list_display = ("loop", "at")


@admin.register(Lineage)
class LineageAdmin(ReadOnlyAdmin[Lineage]):
    """How often this database was put back, and by which name the server knew it last."""

    list_display = ("number", "identity")
