"""Actions of the admin on many rows: never on more than a worker does in a moment, and asked about first when many."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

Row = TypeVar("Row", bound=models.Model)

# As many as a person sees and ticks on one page.
ASKED_FROM = 101
_SURE = "sure"


class BoundedActions(admin.ModelAdmin[Row]):
    """What is ticked on the page is done; "all of them" is asked about, and refused beyond `most_at_once`."""

    most_at_once = 1_000

    def response_action(self, request: HttpRequest, queryset: QuerySet[Row], *place: Any) -> HttpResponse | None:
        count = self._count_chosen(request, queryset)
        if count > self.most_at_once:
            words = f"Nothing is done: at most {self.most_at_once:,} at once. Narrow the list by filters or a search."
            self.message_user(request, words, messages.ERROR)
            return redirect(request.get_full_path())
        action = request.POST.get("action", "")
        # Deleting asks by itself.
        if count >= ASKED_FROM and _SURE not in request.POST and action not in ("", "delete_selected"):
            return self._ask(request, action, count)
        return super().response_action(request, queryset, *place)

    def _count_chosen(self, request: HttpRequest, queryset: QuerySet[Row]) -> int:
        """Up to one more than may be; the rest is not counted."""
        if request.POST.get("select_across") != "1":
            return len(request.POST.getlist(ACTION_CHECKBOX_NAME))
        return queryset.order_by()[: self.most_at_once + 1].count()

    def _ask(self, request: HttpRequest, action: str, count: int) -> HttpResponse:
        left_out = ("csrfmiddlewaretoken", _SURE)
        fields = [(name, value) for name, values in request.POST.lists() if name not in left_out for value in values]
        context = {
            **self.admin_site.each_context(request),
            "title": "Are you sure?",
            "opts": self.model._meta,
            "words": str(dict(self.get_action_choices(request)).get(action, action)),
            "count": count,
            "fields": fields,
        }
        return TemplateResponse(request, "admin/many_rows.html", context)
