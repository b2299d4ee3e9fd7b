"""How the whole is doing, in the bar. From memory: the live stream of the page brings what is newer."""

from __future__ import annotations

from django import template
from django.template import Context

from console.accounts.roles import AGENT, role_of
from console.operations import vitals
from console.operations.status import Status

register = template.Library()


@register.inclusion_tag("operations/_status_if_allowed.html", takes_context=True)
def system_status(context: Context) -> dict[str, object]:
    """For those who look after the whole."""
    return {"is_shown": role_of(context["user"]) != AGENT, "status": Status.of(vitals.peek())}


@register.inclusion_tag("operations/_standstill.html")
def standstill() -> dict[str, object]:
    """For everybody."""
    return {"status": Status.of(vitals.peek())}
