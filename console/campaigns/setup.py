"""How a campaign is set up at the platform, as facts for people: every documented field, and what is not documented."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils.dateparse import parse_datetime

from console.campaigns.models import TEMPLATES
from console.campaigns.words import sender_words
from engage.models import Campaign, Workspace

# The documented fields: each has a place of its own on the page.
DOCUMENTED: Final = frozenset(
    (
        "events",
        "id",
        "orgId",
        "workspaceId",
        "name",
        "shardingHashCode",
        "created",
        "updated",
        "campaignStatus",
        "sendingStatus",
        "sendingStatusDescription",
        "nextRunTime",
        "senderSourceType",
        "senderSourceId",
        "aegisWorkflowId",
        "carrierDailyLimits",
        "schedule",
        "messages",
        "webhooks",
        "notifications",
        "customFields",
        "dispositions",
        "zendeskApprovalTicketId",
        "allCampaignFields",
    )
)
_MAIL: Final = {
    "to": "To",
    "cc": "Cc",
    "bcc": "Bcc",
    "from": "From",
    "replyTo": "Reply to",
    "subject": "Subject",
    "textBody": "Text",
    "htmlBody": "HTML",
}
# Documented webhook → what it tells us; without it agents see less, or later.
WEBHOOKS: Final = {
    "conversationStarted": "A lead answers for the first time",
    "incomingMessage": "A lead writes again",
    "disposition": "A conversation is finished",
    "optOut": "A lead opts out",
    "optIn": "A lead opts in again",
    "deliveryResult": "A text was delivered, or not; the console does not need it",
}
_NOT_NEEDED: Final = ("deliveryResult",)
_OUR_PATH: Final = re.compile(r"/hooks/engage/~([0-9a-f]+)/?$")


@dataclass(frozen=True)
class WebhookCheck:
    """One address that the platform calls for this campaign, judged."""

    name: str
    tells: str
    url: str
    verdict: str
    tone: str


@dataclass(frozen=True)
class Event:
    """A line of the platform's own log. `at` is None where its time is not understood; then `stamp` is all there is."""

    at: datetime | None
    stamp: str
    type: str
    message: str


@dataclass(frozen=True)
class Setup:
    campaign: Campaign

    def _get(self, name: str) -> Any:
        return self.campaign.document.get(name)

    @property
    def next_run_at(self) -> datetime | None:
        return moment_of(self._get("nextRunTime"))

    @property
    def sending_description(self) -> str:
        return readable(self._get("sendingStatusDescription"))

    @property
    def sender(self) -> list[tuple[str, str]]:
        facts = [
            ("Kind", sender_words(self.campaign.sender_source_type)),
            ("Id", readable(self._get("senderSourceId"))),
        ]
        return [(name, value) for name, value in facts if value]

    @property
    def carrier_limits(self) -> list[str]:
        return _entries(self._get("carrierDailyLimits"))

    @property
    def custom_fields(self) -> list[str]:
        return _entries(self._get("customFields"))

    @property
    def all_fields(self) -> list[str]:
        return _entries(self._get("allCampaignFields"))

    @property
    def sends_mail(self) -> bool:
        return _section(self._get("notifications")).get("sendConversationEmail") is True

    @property
    def mail(self) -> list[tuple[str, str]]:
        """The notification e-mail, part by part; empty parts are left out."""
        mail = _section(_section(self._get("notifications")).get("conversationEmail"))
        return [(label, text) for name, label in _MAIL.items() if (text := readable(mail.get(name)))]

    @property
    def webhooks(self) -> list[WebhookCheck]:
        found = _section(self._get("webhooks"))
        return [check_webhook(name, found.get(name), self.campaign.workspace) for name in WEBHOOKS]

    @property
    def unset_webhooks(self) -> list[str]:
        """Those that the console lives on."""
        return [check.name for check in self.webhooks if not check.url and check.name not in _NOT_NEEDED]

    @property
    def events(self) -> list[Event]:
        """Newest first; those without a time stay where they came."""
        entries = self._get("events")
        events = [_event(entry) for entry in entries] if isinstance(entries, list) else []
        return sorted(reversed(events), key=lambda event: event.at.timestamp() if event.at else 0.0, reverse=True)

    @property
    def identity(self) -> list[tuple[str, str]]:
        """Numbers and times that support asks for."""
        facts = (
            ("Campaign", self.campaign.remote_id),
            ("Organization", readable(self._get("orgId"))),
            ("Workspace", readable(self._get("workspaceId"))),
            ("Sharding hash", readable(self._get("shardingHashCode"))),
            ("Aegis workflow", readable(self._get("aegisWorkflowId"))),
            ("Approval ticket", readable(self._get("zendeskApprovalTicketId"))),
        )
        return [(name, value) for name, value in facts if value]

    @property
    def created_at(self) -> datetime | None:
        return moment_of(self._get("created"))

    @property
    def updated_at(self) -> datetime | None:
        return moment_of(self._get("updated"))

    @property
    def others(self) -> list[tuple[str, str]]:
        """What the guide does not name, in the campaign itself and one level down."""
        document = self.campaign.document
        found = {name: value for name, value in document.items() if name not in DOCUMENTED}
        nested = {
            "messages": tuple(TEMPLATES),
            "webhooks": tuple(WEBHOOKS),
            "notifications": ("sendConversationEmail", "conversationEmail"),
        }
        for section, known in nested.items():
            for name, value in _section(document.get(section)).items():
                if name not in known:
                    found[f"{section}.{name}"] = value
        for name, value in _section(_section(document.get("notifications")).get("conversationEmail")).items():
            if name not in _MAIL:
                found[f"notifications.conversationEmail.{name}"] = value
        return [(name, _raw(value)) for name, value in sorted(found.items())]


def check_webhook(name: str, url: Any, workspace: Workspace) -> WebhookCheck:
    """Is it set, and to us? Our token stands in stored documents as the beginning of its fingerprint."""
    text = readable(url)
    if not text:
        verdict, tone = "Not set", ""
    elif not (ours := _OUR_PATH.search(text)):
        verdict, tone = "Goes elsewhere", "warn"
    elif workspace.takes_old_webhook_token and workspace.old_webhook_token_fingerprint.startswith(ours[1]):
        verdict, tone = "Comes here by the old address, which will be refused before long", "warn"
    elif not workspace.webhook_token_fingerprint.startswith(ours[1]):
        verdict, tone = "Comes here with a token that is not valid, so it is refused", "bad"
    elif not text.startswith(f"{settings.ORIGIN}/"):
        verdict, tone = f"Our token, but not our address {settings.ORIGIN}", "warn"
    else:
        verdict, tone = "Comes here", "ok"
    return WebhookCheck(name, WEBHOOKS[name], text, verdict, tone)


def readable(value: Any) -> str:
    """One value on one line: a text as it is, a list joined, an object as "name value"."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {text}" for name, entry in value.items() if (text := readable(entry)))
    if isinstance(value, list):
        return ", ".join(filter(None, map(readable, value)))
    return str(value)


def _entries(value: Any) -> list[str]:
    entries = value if isinstance(value, list) else [value]
    return [text for entry in entries if (text := readable(entry))]


def _section(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def moment_of(value: Any) -> datetime | None:
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def _event(entry: Any) -> Event:
    event = _section(entry)
    if not event:
        return Event(None, "", "", readable(entry))
    stamp = readable(event.get("timestamp"))
    return Event(moment_of(stamp), stamp, readable(event.get("type")), readable(event.get("message")))


def _raw(value: Any) -> str:
    return (
        json.dumps(value, ensure_ascii=False, indent=2)
        if isinstance(value, dict | list)
        else readable(value) or "empty"
    )
