"""What the desk did, to look through: a row changed by hand would tell nobody. A conversation leads to the desk."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse

from console.inbox.models import Acknowledgement, Assignment, DeskEvent
from engage.admin import ConversationAdmin, ReadOnlyAdmin
from engage.models import Conversation

admin.site.unregister(Conversation)


@admin.register(Conversation)
class LinkedConversationAdmin(ConversationAdmin):
    """With the way to its page on the desk, in place of Django's own "view on site"."""

    def view_on_site(self, conversation: Conversation) -> str:
        return reverse("inbox:conversation", args=[conversation.pk])


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin[Assignment]):
    """Changed on the desk, where the page of everybody who sees it follows."""

    list_display = ("conversation_id", "agent", "since")
    list_select_related = ("agent",)
    search_fields = ("agent__username", "conversation__lead__search_text")


@admin.register(DeskEvent)
class DeskEventAdmin(ReadOnlyAdmin[DeskEvent]):
    """History: nobody changes it."""

    list_display = ("conversation_id", "kind", "by", "to", "at")
    list_filter = ("kind",)
    list_select_related = ("by", "to")
    search_fields = ("by__username", "conversation__lead__search_text")


@admin.register(Acknowledgement)
class AcknowledgementAdmin(ReadOnlyAdmin[Acknowledgement]):
    list_display = ("command_id", "by", "at")
    list_select_related = ("by",)
    search_fields = ("=command__id", "by__username")
