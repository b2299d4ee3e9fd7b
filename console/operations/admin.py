"""The one secret that people need from here, shown to whoever has just said once more who they are."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from console.accounts.access import DeskRequest, confirmed_recently
from console.audit import trail
from engage.admin import Fields, WorkspaceAdmin
from engage.models import Workspace
from engage.webhooks.addresses import webhook_url

admin.site.unregister(Workspace)
_NAME = "engage_workspace_webhook_address"


@admin.register(Workspace)
class AddressedWorkspaceAdmin(WorkspaceAdmin):
    """With the address that the platform posts webhooks to: who knows it can speak as the platform."""

    def get_fields(self, request: HttpRequest, obj: Workspace | None = None) -> Fields:
        return [*super().get_fields(request, obj), "webhook_address"]

    @admin.display(description="webhook address")
    def webhook_address(self, workspace: Workspace) -> str:
        return format_html('<a href="{}">Show it</a>', reverse(f"admin:{_NAME}", args=[workspace.pk]))

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(require_safe(self.show_webhook_address))
        return [path("<int:pk>/webhook-address/", page, name=_NAME), *super().get_urls()]

    def show_webhook_address(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm("engage.change_workspace"):
            raise PermissionDenied
        return confirmed_recently(self._show)(cast(DeskRequest, request), pk)

    def _show(self, request: DeskRequest, pk: int) -> HttpResponse:
        workspace = get_object_or_404(Workspace, pk=pk)
        with transaction.atomic():
            trail.record(by=request.user, action="saw webhook address", subject=workspace.name)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Webhook address",
            "subtitle": workspace.name,
            "workspace": workspace,
            "address": webhook_url(workspace),
        }
        return render(request, "operations/webhook_address.html", context)
