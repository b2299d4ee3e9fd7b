from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from console.accounts.access import DeskRequest, signed_in


@require_safe
@signed_in
def board(request: DeskRequest) -> HttpResponse:
    return render(request, "campaigns/board.html")
