from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from console.audit.export import csv_lines
from console.audit.models import AuditEntry
from console.display.long_tables import EndedRelatedFilter


class PersonFilter(EndedRelatedFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The admin puts "By" before it.
        self.title = str(self.title).replace("by", "person", 1)


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin[AuditEntry]):
    """To look at, to search and to take away; the database refuses everything else."""

    list_display = ("moment", "by", "action", "subject", "campaign", "address")
    fields = (
        "moment",
        "by",
        "action",
        "campaign",
        "conversation",
        "subject",
        "before",
        "after",
        "address",
        "request_id",
    )
    readonly_fields = ("moment",)
    list_filter = ("action", ("by", PersonFilter), "campaign")
    list_select_related = ("by", "campaign")
    search_fields = (
        "subject",
        "action",
        "by__username",
        "campaign__name",
        "request_id",
        "address",
        "=conversation__id",
    )
    date_hierarchy = "at"
    ordering = ("-at", "-id")
    actions = ("export_as_csv",)

    @admin.display(description="at", ordering="at")
    def moment(self, entry: AuditEntry) -> str:
        """To the second, and on which clock."""
        return timezone.localtime(entry.at).strftime("%-d %b %Y, %-I:%M:%S %p %Z")

    @admin.action(permissions=["view"], description="Export as CSV")
    def export_as_csv(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> StreamingHttpResponse:
        entries = queryset.select_related("by", "campaign").order_by("at", "id").iterator(chunk_size=1000)
        response = StreamingHttpResponse(csv_lines(entries), content_type="text/csv; charset=utf-8")
        name = f"audit-{timezone.localdate():%Y-%m-%d}.csv"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False
