"""What must hold for a reply to leave. Asked at the click and again right before the first byte."""

from __future__ import annotations

from datetime import datetime, timedelta

from engage.mirror.consent import lock_reason
from engage.mirror.judging import find_doubts
from engage.models import Command, Conversation, Lead
from engage.outbox.refusals import BlankText, InDoubt, NotConfirmed, OptedOut, OutsideWindow, TextTooLong
from engage.sms.blanks import is_blank
from engage.sms.send_window import Window, window_for

LONGEST_TEXT = 1600
# Who wrote within this time is answered at any hour: that is a conversation, not a campaign.
ANSWERED_AT_ANY_HOUR = timedelta(hours=24)


def clean_text(text: str) -> str:
    """The text as it will be sent; raises BlankText, TextTooLong."""
    # What a browser makes of a line break, what PostgreSQL cannot hold, what no form can carry.
    text = text.replace("\r\n", "\n").replace("\0", "").encode("utf-8", "replace").decode().strip()
    if is_blank(text):
        raise BlankText
    if len(text) > LONGEST_TEXT:
        raise TextTooLong(len(text), LONGEST_TEXT)
    return text


def check_reply(conversation: Conversation, at: datetime) -> None:
    """Raises OptedOut, InDoubt, OutsideWindow, NotConfirmed."""
    if reason := lock_reason(conversation) or pending_lock(conversation):
        raise OptedOut(reason)
    if doubts := find_doubts(conversation):
        raise InDoubt(doubts)
    if reason := window_refusal(conversation, at):
        raise OutsideWindow(reason)
    if conversation.denied_at or not (conversation.key_fingerprint or conversation.offered_key_fingerprint):
        raise NotConfirmed


def window_of(lead: Lead) -> Window:
    """When this lead may be texted, by all that is known of where they are."""
    return window_for(lead.time_zone, lead.state, phone=lead.phone, zip_code=lead.zip)


def window_warning(conversation: Conversation, at: datetime) -> str:
    """Why the lead might rather not be texted at this hour; empty inside the window."""
    status = window_of(conversation.lead).status(at)
    return "" if status.is_open else status.reason


def window_refusal(conversation: Conversation, at: datetime) -> str:
    """The one rule on hours: outside the window only those are texted who wrote within the last day."""
    newest = conversation.last_inbound_at
    if newest is not None and at - newest <= ANSWERED_AT_ANY_HOUR:
        return ""
    return window_warning(conversation, at)


def pending_lock(conversation: Conversation) -> str:
    """A do-not-contact disposition locks the number from the click, not only once the platform has it."""
    number = conversation.lead.number
    if not number:
        same_number = Command.objects.filter(conversation_id=conversation.pk)
    else:
        same_number = Command.objects.filter(
            conversation__lead__number=number, conversation__workspace_id=conversation.workspace_id
        )
    chosen = same_number.dispositions().unsettled().select_related("conversation")
    for command in chosen:
        entry = command.conversation.find_disposition(command.text) if command.conversation else None
        if entry and entry.get("doNotContact"):
            return f"They are being marked “{command.text}”, which means do not contact."
    return ""
