"""The control of how the platform speaks: it lists every dialect, and changes which of them are spoken."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods

from engage.sandbox.dialects import saying, speech
from engage.sandbox.dialects.catalogue import MIXED, aspects
from engage.sandbox.options import options
from engage.sandbox.views.control_answers import done, fields_of, is_json
from engage.sandbox.views.errors import refuse

MIXED_LINE = "every reading that can be mixed, another one of them for each conversation and campaign, chosen by seed"


@require_http_methods(["GET", "POST"])
def dialect(request: HttpRequest) -> HttpResponse:
    """`names` are those to be spoken from now on, none of them for the plain one; `seed` and `refuse_for_s` besides."""
    if request.method == "POST":
        try:
            _begin(request)
        except ValueError as problem:
            return refuse(400, str(problem))
        return done(request, _spoken())
    return JsonResponse({**_spoken(), "dialects": _known()})


def _begin(request: HttpRequest) -> None:
    """Raises ValueError."""
    wanted = fields_of(request)
    names: Any = wanted.get("names", []) if is_json(request) else request.POST.getlist("names")
    if isinstance(names, str):
        names = names.split(",")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise speech.Misunderstood("names must be names of dialects")
    default = speech.Speech()
    seed = wanted.get("seed", options().seed or 0)
    refuse_for_s = wanted.get("refuse_for_s", default.refuse_for_s)
    if type(seed) is not int or isinstance(refuse_for_s, bool) or not isinstance(refuse_for_s, int | float):
        raise speech.Misunderstood("seed and refuse_for_s must be numbers")
    saying.begin(names, seed=seed, refuse_for_s=refuse_for_s)


def _spoken() -> dict[str, Any]:
    spoken = speech.current()
    return {"names": list(spoken.names), "seed": spoken.seed, "refuse_for_s": spoken.refuse_for_s}


def _known() -> list[dict[str, Any]]:
    listed = [
        {"name": entry.name, "row": entry.row, "line": entry.line, "aspect": entry.aspect, "mixable": entry.is_mixable}
        for entries in aspects().values()
        for entry in entries
    ]
    return [{"name": MIXED, "row": "", "line": MIXED_LINE, "aspect": MIXED, "mixable": False}, *listed]
