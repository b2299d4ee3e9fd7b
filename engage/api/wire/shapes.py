"""Telling objects apart where the platform does not name them, and saying what is wrong with one."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError


def is_campaign(fields: Mapping[str, object]) -> bool:
    return "campaignStatus" in fields


def is_list(fields: Mapping[str, object]) -> bool:
    """A reference to a campaign and a name of its own, without the marks of a campaign or a lead (readings 1 and 2)."""
    has_campaign = "campaignId" in fields or "messagingCampaignId" in fields
    has_name = "name" in fields or "listName" in fields
    return has_campaign and has_name and not fields.keys() & {"campaignStatus", "leadData", "phone"}


def first_problem(error: ValidationError) -> str:
    """Field and complaint, never the value."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    where = ".".join(str(part) for part in problems[0]["loc"])
    complaint = problems[0]["msg"].removeprefix("Value error, ")
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{where}: {complaint}{more}" if where else f"{complaint}{more}"
