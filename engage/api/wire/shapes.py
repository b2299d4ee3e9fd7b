"""Telling objects apart where the platform does not name them, and saying what is wrong with one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

# So deep an object may be wrapped, and among so many others.
_DEEPEST = 4
_MOST_BESIDE = 200
_PARTS = ("campaign", "messages", "dispositions")


def is_campaign(fields: Mapping[str, object]) -> bool:
    return "campaignStatus" in fields


def is_list(fields: Mapping[str, object]) -> bool:
    """A reference to a campaign and a name of its own, without the marks of a campaign or a lead (readings 1 and 2)."""
    has_campaign = "campaignId" in fields or "messagingCampaignId" in fields
    has_name = "name" in fields or "listName" in fields
    return has_campaign and has_name and not fields.keys() & {"campaignStatus", "leadData", "phone"}


def names_lead(fields: Mapping[str, object]) -> bool:
    """It holds a lead with an id, so that there is somebody to ask about."""
    lead = fields.get("lead")
    if isinstance(lead, list) and len(lead) == 1:
        lead = lead[0]
    return isinstance(lead, dict) and lead.get("id") not in (None, "", False)


def find_object(value: object, is_it: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    """The one object that is it, however it is wrapped, and behind it those around it, the nearest first.

    Empty where there is none, and where several stand side by side: nobody could tell which is meant.
    """
    level: list[tuple[object, tuple[dict[str, Any], ...]]] = [(value, ())]
    for _ in range(_DEEPEST + 1):
        inside: list[tuple[object, tuple[dict[str, Any], ...]]] = []
        found: list[list[dict[str, Any]]] = []
        for here, around in level:
            if isinstance(here, dict):
                if is_it(here):
                    found.append([here, *around])
                inside += [(child, (here, *around)) for child in here.values() if isinstance(child, dict | list)]
            elif isinstance(here, list):
                inside += [(child, around) for child in here if isinstance(child, dict | list)]
        if found:
            return found[0] if len(found) == 1 else []
        level = inside[:_MOST_BESIDE]
    return []


def unwrap_conversation(value: object) -> dict[str, Any] | None:
    """{eventType, data, endpoints}, whatever of it stands there and whatever is around it; None where nobody is named.

    What is as documented stays the very object that it is.
    """
    if isinstance(value, dict) and isinstance(data := value.get("data"), dict) and names_lead(data):
        return value
    found = find_object(value, names_lead) or _find_bare_lead(value)
    if not found:
        return None
    unwrapped: dict[str, Any] = {"data": _with_parts(found)}
    for name in ("eventType", "endpoints"):
        holder = next((fields for fields in found if fields.get(name) is not None), None)
        if holder is not None:
            unwrapped[name] = holder[name]
    if "endpoints" in found[0]:
        # Its addresses hold keys, which no part that is kept as it came may have.
        unwrapped["data"] = {name: inside for name, inside in unwrapped["data"].items() if name != "endpoints"}
    return unwrapped


def _find_bare_lead(value: object) -> list[dict[str, Any]]:
    """Of a lead that stands by itself: the object that would hold it, and those around."""
    found = find_object(value, _is_lead)
    if not found:
        return []
    lead = found[0]
    if lead.get("leadId") not in (None, ""):
        lead = {"messagingCampaignId": lead.get("campaignId")} | lead | {"id": lead["leadId"]}
    return [{"lead": lead}, *found]


def _is_lead(fields: Mapping[str, object]) -> bool:
    """An id, and a number or a campaign that goes with it."""
    if isinstance(fields.get("leadId"), str | int) and fields["leadId"] not in ("", False, True):
        return bool(fields.keys() & {"phone", "messagingCampaignId", "campaignId"})
    is_known = isinstance(fields.get("id"), str | int) and isinstance(fields.get("phone"), str | int)
    return is_known and "messagingCampaignId" in fields


def _with_parts(found: list[dict[str, Any]]) -> dict[str, Any]:
    """What belongs beside the lead and stands elsewhere: in it, around it, or in what stands beside it."""
    data, *around = found
    lead = data["lead"][0] if isinstance(data["lead"], list) else data["lead"]
    beside = [child for fields in (data, *around) for child in fields.values() if isinstance(child, dict)]
    missing = [name for name in _PARTS if data.get(name) is None]
    parts = {
        name: holder[name]
        for name in missing
        if (holder := next((fields for fields in (lead, *around, *beside) if _holds(fields, name)), None)) is not None
    }
    without = {name: inside for name, inside in lead.items() if parts.get(name) is not inside}
    return {**data, "lead": without, **parts} if parts else data


def _holds(fields: Mapping[str, object], name: str) -> bool:
    return isinstance(fields.get(name), dict if name == "campaign" else list)


def first_problem(error: ValidationError) -> str:
    """Field and complaint, never the value."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    where = ".".join(str(part) for part in problems[0]["loc"])
    complaint = problems[0]["msg"].removeprefix("Value error, ")
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{where}: {complaint}{more}" if where else f"{complaint}{more}"
