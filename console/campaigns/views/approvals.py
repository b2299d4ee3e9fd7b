"""Where change requests are read, approved and refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from console.accounts.access import DeskRequest, signed_in, wants_fragment
from console.accounts.scope import Scope
from console.campaigns import approvals as actions
from console.campaigns import change_requests, follow
from console.campaigns.models import ChangeRequest
from console.campaigns.templates_forms import DecisionForm, first_error
from console.campaigns.views.desk import require_permission
from engage.outbox.refusals import NotPossibleNow, Refused

APPROVE = (change_requests.APPROVE, "Only supervisors decide on change requests.")


@require_safe
@signed_in
def approvals(request: DeskRequest) -> HttpResponse:
    context = change_requests.list_context(request.user, Scope.of(request.user)) | {"is_at_approvals": True}
    template = "campaigns/_approvals.html" if wants_fragment(request) else "campaigns/approvals.html"
    return render(request, template, context)


@require_safe
@signed_in
def change_request(request: DeskRequest, request_id: int) -> HttpResponse:
    found = _find(request, request_id)
    follow.settle(found.campaign)
    template = "_request_page.html" if wants_fragment(request) else "change_request.html"
    return _render(request, found.pk, f"campaigns/{template}")


@require_POST
@signed_in
def change_request_decide(request: DeskRequest, request_id: int) -> HttpResponse:
    found = _find(request, request_id)
    require_permission(request, *APPROVE)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _refuse(request, found, first_error(form), status=422)
    return _do(request, found, lambda: _decide(found, form, request))


@require_POST
@signed_in
def change_request_withdraw(request: DeskRequest, request_id: int) -> HttpResponse:
    found = _find(request, request_id)
    return _do(request, found, lambda: actions.withdraw(request=found, by=request.user))


def _decide(found: ChangeRequest, form: DecisionForm, request: DeskRequest) -> None:
    decision, reason = form.cleaned_data["decision"], form.cleaned_data["reason"]
    who: dict[str, Any] = {"request": found, "by": request.user}
    shown = {"shown_hash": form.cleaned_data["hash"]}
    match decision:
        case "approve":
            actions.approve(**who, **shown)
        case "reject":
            actions.reject(**who, **shown, reason=reason)
        case "ask":
            actions.ask_for_changes(**who, **shown, reason=reason)
        case "send_again":
            actions.send_again(**who)
        case "give_up":
            actions.give_up(**who)


def _do(request: DeskRequest, found: ChangeRequest, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except (actions.MovedOn, NotPossibleNow) as refusal:
        return _refuse(request, found, str(refusal), status=409)
    except (actions.NotYours, Refused) as refusal:
        return _refuse(request, found, str(refusal), status=422)
    if wants_fragment(request):
        return _render(request, found.pk, "campaigns/_change_request.html")
    return redirect("campaigns:change-request", found.pk)


def _refuse(request: DeskRequest, found: ChangeRequest, words: str, *, status: int) -> HttpResponse:
    if wants_fragment(request):
        return _render(request, found.pk, "campaigns/_change_request.html", status=status, refusal=words)
    messages.warning(request, words)
    return _render(request, found.pk, "campaigns/change_request.html", status=status)


def _render(request: DeskRequest, request_id: int, template: str, *, status: int = 200, **more: Any) -> HttpResponse:
    """The request as it is by now."""
    found = _find(request, request_id)
    context = {
        "card": change_requests.card_of(found, request.user),
        "entries": change_requests.entries(found),
        "live_campaign_id": found.campaign_id,
        "is_page": True,
    }
    return render(request, template, context | more, status=status)


def _find(request: DeskRequest, request_id: int) -> ChangeRequest:
    """Another team's request does not exist for whoever asks: 404."""
    return get_object_or_404(change_requests.visible_requests(Scope.of(request.user)), id=request_id)
