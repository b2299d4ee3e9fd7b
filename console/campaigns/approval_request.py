"""Sending a draft for approval with the texts it has: may it be, and what the click will do."""

from __future__ import annotations

from console.campaigns import templates_editor, versions
from console.campaigns.models import TEMPLATES
from console.campaigns.switching import Effect
from engage.models import Campaign
from engage.outbox.campaigns.guards import FIRST

_SENTENCES = (
    "The messages go to Engage as they are; its own staff has to approve them before they are used.",
    "Nothing is sent to anybody. Once they are approved, the campaign can be activated.",
)


def effect_of_approval_request(campaign: Campaign) -> Effect:
    headline = f"Request approval of “{campaign}”?"
    return Effect(headline, "Request approval", _SENTENCES, find_obstacle(campaign), is_approval=True)


def find_obstacle(campaign: Campaign) -> str:
    """Why Engage cannot be asked, as a sentence; empty when it can."""
    if campaign.is_unlisted or not campaign.is_draft:
        return "Only a draft waits to be sent for approval."
    texts = versions.current_texts(campaign)
    if not texts[FIRST].strip():
        return "It has no first message yet. Propose one: that asks for approval, too."
    for field, label in TEMPLATES.items():
        errors = [
            finding
            for finding in templates_editor.find_findings(campaign, field, texts[field], texts)
            if finding.is_error
        ]
        if errors:
            return f"{label}: {errors[0].words} Propose a better one: that asks for approval, too."
    return ""
