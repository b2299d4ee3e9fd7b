"""Remote facts, as rows: everything here can be rebuilt by replaying the ledger and by GET."""

from engage.models.among import Among
from engage.models.campaign import Campaign, LeadList
from engage.models.change import Change
from engage.models.command import Attempt, Command
from engage.models.consent import Consent
from engage.models.conversation import Conversation, Disposition
from engage.models.delivery import Delivery
from engage.models.lead import Lead
from engage.models.lineage import Lineage
from engage.models.list_load import ListLoad, ListLoadChunk
from engage.models.message import Message
from engage.models.pulse import Heart, Pulse
from engage.models.reach import Reach
from engage.models.telling import Telling
from engage.models.trouble import Trouble
from engage.models.workspace import Workspace

__all__ = [
    "Among",
    "Attempt",
    "Campaign",
    "Change",
    "Command",
    "Consent",
    "Conversation",
    "Delivery",
    "Disposition",
    "Heart",
    "Lead",
    "LeadList",
    "Lineage",
    "ListLoad",
    "ListLoadChunk",
    "Message",
    "Pulse",
    "Reach",
    "Telling",
    "Trouble",
    "Workspace",
]
