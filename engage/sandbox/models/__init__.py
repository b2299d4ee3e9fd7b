"""The sandbox's tables. Times are milliseconds since 1970, as precise as the platform writes them.

Names that Django adds by itself are declared: this app is none of the console's, so type checkers cannot look them up.
"""

from engage.sandbox.models.campaign import Campaign, CampaignStatus, LeadList, SendingStatus
from engage.sandbox.models.lead import Direction, Lead, LeadStatus, Message
from engage.sandbox.models.list_load import ListLoad
from engage.sandbox.models.traffic import LedgerEntry, Webhook

__all__ = [
    "Campaign",
    "CampaignStatus",
    "Direction",
    "Lead",
    "LeadList",
    "LeadStatus",
    "LedgerEntry",
    "ListLoad",
    "Message",
    "SendingStatus",
    "Webhook",
]
