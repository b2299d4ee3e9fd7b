"""Opt-outs that Engage was not told of: what a person says was done, and the list of them as a file."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from console.accounts.access import DeskRequest, signed_in, wants_fragment
from console.accounts.scope import Scope
from console.inbox import untold
from console.inbox.forms import TellingForm
from engage.models import Telling


@require_POST
@signed_in
def telling_answer(request: DeskRequest, telling_id: int) -> HttpResponse:
    telling = get_object_or_404(_find(request), id=telling_id)
    form = TellingForm(request.POST)
    refusal, status = "", 200
    if not form.is_valid():
        refusal, status = "Say what was done.", 422
    else:
        try:
            answer = Telling.Answer(form.cleaned_data["answer"])
            untold.answer(telling=telling, answer=answer, by=request.user)
        except untold.AnsweredAlready as moved:
            refusal, status = str(moved), 409
    if wants_fragment(request):
        now = get_object_or_404(_find(request), id=telling_id)
        return render(request, "inbox/_telling.html", {"telling": now, "refusal": refusal}, status=status)
    if refusal:
        messages.warning(request, refusal)
    return redirect("inbox:decision-list")


@require_safe
@signed_in
def untold_file(request: DeskRequest) -> HttpResponse:
    response = HttpResponse(untold.csv_lines(Scope.of(request.user)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="opt-outs-to-tell.csv"'
    return response


def _find(request: DeskRequest) -> QuerySet[Telling]:
    return untold.visible(Scope.of(request.user))
