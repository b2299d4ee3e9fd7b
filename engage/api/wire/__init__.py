"""The platform's objects as the guides document them; unknown fields are kept in `model_extra`.

"Reading 11" and the like are rows of docs/engage-api.md: how we read what the guides leave open.
"""

from engage.api.wire.campaign import (
    Campaign,
    CampaignList,
    CampaignLogEntry,
    CampaignMessages,
    CampaignNotifications,
    CampaignWebhooks,
    ConversationEmail,
    Disposition,
    Schedule,
    SendingWindow,
)
from engage.api.wire.conversation import (
    CampaignReference,
    ConversationData,
    ConversationPayload,
    Endpoint,
    Endpoints,
    Lead,
    Message,
)
from engage.api.wire.loading import LeadField, LeadLoadResult, ListLoad, MappedColumn

__all__ = [
    "Campaign",
    "CampaignList",
    "CampaignLogEntry",
    "CampaignMessages",
    "CampaignNotifications",
    "CampaignReference",
    "CampaignWebhooks",
    "ConversationData",
    "ConversationEmail",
    "ConversationPayload",
    "Disposition",
    "Endpoint",
    "Endpoints",
    "Lead",
    "LeadField",
    "LeadLoadResult",
    "ListLoad",
    "MappedColumn",
    "Message",
    "Schedule",
    "SendingWindow",
]
