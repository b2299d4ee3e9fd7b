"""Conversation e-mails, as a campaign's `notifications` ask for them. None is sent: each is a file to be looked at.

One is written when a conversation starts. Subject and bodies may hold merge fields: the lead's data, and besides
`{{CampaignName}}`, `{{Conversation}}` (the thread so far) and `{{ConversationUrl}}` (the agent's widget).
"""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction

from engage.sandbox.merging import values_of
from engage.sandbox.models import Lead
from engage.sandbox.options import options
from engage.sandbox.schedule import Misunderstood
from engage.sms.merge_fields import fill

SENDER = "conversations@engage-sandbox.example"
SUBJECT = "{{FirstName}} {{LastName}} has answered {{CampaignName}}"
TEXT_BODY = "{{Conversation}}\n\n{{ConversationUrl}}\n"

_LISTS = ("to", "cc", "bcc")
_TEXTS = ("from", "replyTo", "subject", "htmlBody", "textBody")
_OURS = re.compile(r"[0-9a-f]{24}\.eml")

logger = logging.getLogger(__name__)


def parse(document: Any) -> dict[str, Any]:
    """The `notifications` of a campaign, every field named. Raises Misunderstood."""
    if not isinstance(document, Mapping) or set(document) - {"sendConversationEmail", "conversationEmail"}:
        raise Misunderstood("notifications must be an object of sendConversationEmail and conversationEmail")
    email, wanted = document.get("conversationEmail") or {}, document.get("sendConversationEmail", False)
    if not isinstance(email, Mapping) or set(email) - {*_LISTS, *_TEXTS} or not isinstance(wanted, bool):
        raise Misunderstood(f"conversationEmail must be an object of {', '.join(_LISTS + _TEXTS)}")
    lists = {name: email.get(name) or [] for name in _LISTS}
    texts = {name: email.get(name) for name in _TEXTS}
    if not all(isinstance(people, list) and all(map(_is_address, people)) for people in lists.values()):
        raise Misunderstood("to, cc and bcc must be arrays of e-mail addresses")
    if not all(text is None or isinstance(text, str) for text in texts.values()):
        raise Misunderstood("from, replyTo, subject, htmlBody and textBody must be strings or null")
    if not all(texts[name] is None or _is_address(texts[name]) for name in ("from", "replyTo")):
        raise Misunderstood("from and replyTo must be e-mail addresses")
    if wanted and not lists["to"]:
        raise Misunderstood("a conversation e-mail needs somebody in to")
    return {"sendConversationEmail": wanted, "conversationEmail": lists | texts}


def write_about(lead: Lead) -> None:
    """The conversation has started. Call inside `writing()`: the file appears once that is committed."""
    notifications = lead.campaign.notifications
    if not notifications.get("sendConversationEmail"):
        return
    message = _compose(notifications["conversationEmail"], _values_of(lead), lead.last_message_at)
    # Whoever has no room for a file still has a conversation.
    transaction.on_commit(partial(_write, directory() / f"{lead.id}.eml", message), robust=True)


def directory() -> Path:
    return Path(options().mail_directory)


def count() -> int:
    return sum(1 for _ in _written())


def clear() -> None:
    for path in _written():
        path.unlink(missing_ok=True)


def _written() -> list[Path]:
    """Only what we wrote: the directory may be anybody's."""
    found = directory().iterdir() if directory().is_dir() else ()
    return [path for path in found if _OURS.fullmatch(path.name)]


def _compose(email: Mapping[str, Any], values: Mapping[str, str], at: int) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["Date"] = format_datetime(datetime.fromtimestamp(at / 1000, UTC))
    message["From"] = email["from"] or SENDER
    # Bcc is for the transport, which is this file.
    for name in _LISTS:
        if email[name]:
            message[name.title()] = ", ".join(email[name])
    if email["replyTo"]:
        message["Reply-To"] = email["replyTo"]
    # A name with a line break in it must not begin a header of its own.
    message["Subject"] = " ".join(fill(email["subject"] or SUBJECT, values).split())
    message.set_content(fill(email["textBody"] or ("" if email["htmlBody"] else TEXT_BODY), values))
    if email["htmlBody"]:
        escaped = {name: html.escape(value).replace("\n", "<br>") for name, value in values.items()}
        message.add_alternative(fill(email["htmlBody"], escaped), subtype="html")
    return message


def _values_of(lead: Lead) -> dict[str, str]:
    thread = lead.messages.order_by("at", "id")
    return {
        **values_of(lead),
        "CampaignName": lead.campaign.name,
        "Conversation": "\n".join(
            f"{lead.name if message.is_from_lead else lead.campaign.name}: {message.text}" for message in thread
        ),
        "ConversationUrl": f"{options().public_origin}/engage?key={lead.key}",
    }


def _write(path: Path, message: EmailMessage) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".new")
    aside.write_bytes(message.as_bytes())
    aside.rename(path)


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable() and "@" in parseaddr(value)[1]
