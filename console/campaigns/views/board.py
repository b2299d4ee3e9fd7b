from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from console.accounts.access import DeskRequest, signed_in, wants_fragment
from console.campaigns.board import Sort, filter_links, load_briefs, load_rows, pages_of
from console.campaigns.forms import BoardForm


@require_safe
@signed_in
def board(request: DeskRequest) -> HttpResponse:
    view = BoardForm(request.GET, user=request.user).view
    now = timezone.now()
    briefs = load_briefs(view.scope, now)
    found = view.find(briefs)
    template = "campaigns/_board.html" if wants_fragment(request) else "campaigns/board.html"
    arranged = view.arrange(found)
    if view.page > 1 and not view.cut(arranged):
        # Beyond the end, since there were more of them once, or by hand.
        view = replace(view, page=1)
    context = {
        "board_view": view,
        "rows": load_rows(view.cut(arranged), now).values(),
        "pages": pages_of(view, len(arranged)),
        "filters": filter_links(view, found),
        "sorts": [(sort, sort is view.sort) for sort in Sort],
        "has_campaigns": bool(briefs),
    }
    return render(request, template, context)
