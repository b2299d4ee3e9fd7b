"""How the template editor, the approvals and the versions write what they show."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from console.accounts.scope import Scope
from console.campaigns import change_requests
from console.campaigns.models import TEMPLATES, ChangeRequest, TemplateVersion
from engage.sms import segments
from engage.sms.segments import Segments

register = template.Library()

_CHARACTERS_NAMED = 4


@register.inclusion_tag("campaigns/_approvals_link.html", takes_context=True)
def approvals_link(context: Context) -> dict[str, Any]:
    """In the bar of every page, for who may approve."""
    user = context["user"]
    may_approve = user.has_perm(change_requests.APPROVE)
    return {
        "may_approve": may_approve,
        "count": change_requests.count_waiting(Scope.of(user)) if may_approve else 0,
        "is_current": context.get("is_at_approvals", False),
    }


@register.filter
def template_names(request: ChangeRequest) -> str:
    return ", ".join(label for field, label in TEMPLATES.items() if field in request.proposed)


@register.filter
def request_tone(request: ChangeRequest) -> str:
    return change_requests.tone_of(request)


@register.filter
def command_words(request: ChangeRequest) -> str:
    """How far its command is, while that is what everybody waits for."""
    if request.state != ChangeRequest.State.APPROVED or request.command is None:
        return ""
    return request.command.reason or request.command.get_state_display()


@register.filter
def grouped(number: int) -> str:
    """As 20,000."""
    return f"{number:,}"


@register.filter
def capacity(count: Segments) -> int:
    """What the parts hold together: the second number of 143/160."""
    return count.units + count.units_left


@register.filter
def characters(offending: tuple[str, ...]) -> str:
    """As "é latin small letter e with acute and 2 more"."""
    named = ", ".join(segments.character_name(character) for character in offending[:_CHARACTERS_NAMED])
    return named + (f" and {len(offending) - _CHARACTERS_NAMED} more" if len(offending) > _CHARACTERS_NAMED else "")


@register.filter
def is_current(version: TemplateVersion) -> bool:
    """Is it what the platform was last seen with?"""
    return version.arrived_at is not None and version.replaced_at is None


@register.filter
def version_state(version: TemplateVersion) -> str:
    if version.arrived_at is None:
        return "On its way" if _is_on_its_way(version) else "Never at Engage"
    if version.replaced_at is None:
        return "Live" if version.live_from else "At Engage, not approved"
    return "Was live" if version.live_from else "Was never live"


@register.filter
def version_tone(version: TemplateVersion) -> str:
    return {"Live": "ok", "On its way": "warn", "At Engage, not approved": "warn"}.get(version_state(version), "")


def _is_on_its_way(version: TemplateVersion) -> bool:
    request = version.change_request
    return request is not None and request.state in ChangeRequest.ON_ITS_WAY
