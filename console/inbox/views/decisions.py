"""The page of what needs a decision, for everything that one may see."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from console.accounts.access import DeskRequest, signed_in, wants_fragment
from console.accounts.scope import Scope
from console.inbox import needing, twice
from console.inbox.deciding import check_may_decide, decide, sees_campaigns
from console.inbox.forms import DecisionForm, PageForm
from engage.models import Command
from engage.outbox.refusals import NewerMessage, NotPossibleNow, Refused


@require_safe
@signed_in
def decision_list(request: DeskRequest) -> HttpResponse:
    template = "inbox/_decision_list.html" if wants_fragment(request) else "inbox/decision_list.html"
    return render(request, template, _list_context(request))


@require_POST
@signed_in
def decision_make(request: DeskRequest, command_id: int) -> HttpResponse:
    command = get_object_or_404(needing.load(needing.visible_commands(Scope.of(request.user))), id=command_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _answer(request, command, refusal="This cannot be decided here.", status=422)
    check_may_decide(request.user, command, form.cleaned_data["decision"])
    try:
        decide(command=command, by=request.user, **form.cleaned_data)
    except NotPossibleNow as refusal:
        return _answer(request, command, refusal=str(refusal), status=409)
    except NewerMessage as refusal:
        return _answer(request, command, refusal=str(refusal), held=refusal, status=422)
    except Refused as refusal:
        return _answer(request, command, refusal=str(refusal), status=422)
    return _answer(request, command)


def _answer(
    request: DeskRequest,
    command: Command,
    *,
    refusal: str = "",
    held: NewerMessage | None = None,
    status: int = 200,
) -> HttpResponse:
    """The row as it is now. It stays in its place, so that no other one slides under the pointer.

    `held`: what the lead wrote since, which the row then shows.
    """
    if wants_fragment(request):
        now = needing.load(Command.objects.filter(id=command.pk)).get()
        context = {"item": needing.Waiting(now), "refusal": refusal, "is_decided": not refusal}
        context |= {"held": held, "held_id": command.pk if held else None}
        return render(request, "inbox/_decision.html", context, status=status)
    if not refusal:
        return redirect("inbox:decision-list")
    messages.warning(request, refusal)
    context = _list_context(request) | {"held": held, "held_id": command.pk if held else None}
    return render(request, "inbox/decision_list.html", context, status=status)


def _list_context(request: DeskRequest) -> dict[str, object]:
    scope = Scope.of(request.user)
    page = PageForm(request.GET).number
    context = needing.list_context(scope, with_campaigns=sees_campaigns(request.user), page=page)
    context |= twice.twice_context(scope)
    return context | {"is_at_decisions": True}
