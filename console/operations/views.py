"""The page Connection, for whoever looks after the whole."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from console.accounts.access import DeskRequest, signed_in, wants_fragment
from console.accounts.idle import unasked
from console.accounts.roles import AGENT, role_of
from console.operations import connection, vitals
from console.operations.forms import ReplayForm
from engage.models import Workspace


@require_safe
@signed_in
def connection_show(request: DeskRequest) -> HttpResponse:
    _check_may_look(request)
    template = "operations/_connection.html" if wants_fragment(request) else "operations/connection.html"
    return render(request, template, connection.context(vitals.recent()))


@unasked
@require_safe
@signed_in
def connection_follow(request: DeskRequest) -> HttpResponse:
    """The same, as the page asks for it by itself."""
    _check_may_look(request)
    return render(request, "operations/_connection.html", connection.context(vitals.recent()))


@require_POST
@signed_in
def replay_make(request: DeskRequest, workspace_id: int) -> HttpResponse:
    workspace = get_object_or_404(Workspace, pk=workspace_id)
    _check_may_look(request)
    if not request.user.has_perm("engage.change_delivery"):
        raise PermissionDenied
    form = ReplayForm(request.POST)
    if not form.is_valid():
        return render(request, "operations/connection.html", connection.context(vitals.recent()), status=422)
    count = connection.replay_group(workspace=workspace, by=request.user, **form.cleaned_data)
    what = "1 webhook is" if count == 1 else f"{count:,} webhooks are"
    messages.success(request, f"{what} being taken in again.")
    return redirect("operations:connection")


def _check_may_look(request: DeskRequest) -> None:
    if role_of(request.user) == AGENT:
        raise PermissionDenied
