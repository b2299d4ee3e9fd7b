"""Controls of what goes by time: the clock, the broadcast, the simulated leads."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from engage.sandbox import stamps
from engage.sandbox.clock import clock as platform_clock
from engage.sandbox.options import FASTEST, milliseconds
from engage.sandbox.sending import broadcast as platform_broadcast
from engage.sandbox.simulator import MOST_PER_MINUTE
from engage.sandbox.simulator import pace as simulator_pace
from engage.sandbox.views.control_answers import done, fields_of
from engage.sandbox.views.errors import refuse

MOST_BROADCASTS = 60_000


@require_POST
def pace(request: HttpRequest) -> HttpResponse:
    per_minute = _number(fields_of(request).get("per_minute"), most=MOST_PER_MINUTE)
    if per_minute is None:
        return refuse(400, f"per_minute must be a number from 0 to {MOST_PER_MINUTE}")
    simulator_pace.per_minute = per_minute
    return done(request, {"per_minute": per_minute})


@require_POST
def broadcast(request: HttpRequest) -> HttpResponse:
    per_minute = _number(fields_of(request).get("per_minute"), most=MOST_BROADCASTS)
    if per_minute is None:
        return refuse(400, f"per_minute must be a number from 0 to {MOST_BROADCASTS}")
    platform_broadcast.per_minute = per_minute
    return done(request, {"per_minute": per_minute})


@require_http_methods(["GET", "POST"])
def clock(request: HttpRequest) -> HttpResponse:
    """`now` moves it ahead, `speed` lets it run faster. A reset brings it back."""
    if request.method == "POST":
        wanted = fields_of(request)
        speed = _number(wanted.get("speed", platform_clock.speed), least=0.01, most=FASTEST)
        at = _later_moment(wanted.get("now"))
        if speed is None or ("now" in wanted and at is None):
            return refuse(
                400, f"speed must be a number from 0.01 to {FASTEST}, now a later time such as 2027-03-14T05:00:00Z"
            )
        if at is not None:
            platform_clock.jump(at)
        platform_clock.run(speed)
    return JsonResponse({"now": stamps.iso(stamps.now()), "speed": platform_clock.speed})


def _later_moment(value: Any) -> int | None:
    try:
        at = milliseconds(value)
    except (TypeError, ValueError):
        return None
    return at if at >= stamps.now() else None


def _number(value: Any, *, most: float, least: float = 0) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if least <= number <= most else None
