from __future__ import annotations

from django.contrib import admin

from console.inbox.models import Assignment, DeskEvent
from engage.bulk_actions import BoundedActions


@admin.register(Assignment)
class AssignmentAdmin(BoundedActions[Assignment]):
    list_display = ("conversation_id", "agent", "since")
    list_select_related = ("agent",)
    raw_id_fields = ("conversation", "agent")
    search_fields = ("agent__username", "conversation__lead__search_text")


@admin.register(DeskEvent)
class DeskEventAdmin(BoundedActions[DeskEvent]):
    list_display = ("conversation_id", "kind", "by", "to", "at")
    list_filter = ("kind",)
    list_select_related = ("by", "to")
    raw_id_fields = ("conversation", "by", "to")
    search_fields = ("by__username", "conversation__lead__search_text")
