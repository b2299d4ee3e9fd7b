"""Commands to campaigns and their lists: what was asked for last is what counts, and a pause always wins."""

from engage.outbox.campaigns.asking import (
    activate_campaign,
    activate_list,
    load_lead,
    load_list,
    pause_campaign,
    pause_list,
    request_approval,
    update_messages,
)
from engage.outbox.campaigns.intents import Intents, intent_of, intents_of

__all__ = [
    "Intents",
    "activate_campaign",
    "activate_list",
    "intent_of",
    "intents_of",
    "load_lead",
    "load_list",
    "pause_campaign",
    "pause_list",
    "request_approval",
    "update_messages",
]
