"""About whom something is said: what `mixed` chooses its readings by, the same in every run of one seed."""

from __future__ import annotations

from engage.sandbox.models import Lead

WORKSPACE = ""


def of_lead(lead: Lead) -> str:
    return f"{lead.phone} {lead.campaign.name}"
