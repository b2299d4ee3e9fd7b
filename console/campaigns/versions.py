"""Every text a template had: written here or at Engage, when it came to the platform, went live and was replaced."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from console.campaigns.models import TEMPLATES, ChangeRequest, TemplateVersion
from engage.models import Campaign
from engage.models.status_words import Meaning
from engage.outbox.campaigns.templates import is_same

ROWS_PER_PAGE: Final = 50
# Only these mean that the platform lets the texts out; what other words mean nobody has said.
_APPROVED: Final = (Meaning.READY, Meaning.SENDING, Meaning.PAUSED, Meaning.OVER)
# A request whose text may still turn up at the platform, however badly its command ended.
_MAY_ARRIVE: Final = (*ChangeRequest.ON_ITS_WAY, ChangeRequest.State.FAILED)


def text_hash(text: str) -> str:
    """Equal for texts that `is_same` holds to be one."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


def current_texts(campaign: Campaign) -> dict[str, str]:
    """All five templates as the platform last had them; one it does not speak of is empty."""
    return {field: campaign.messages.get(field, "") for field in TEMPLATES}


def differing(texts: Mapping[str, str], others: Mapping[str, str | None]) -> list[str]:
    """The templates that have another text there."""
    return [field for field, text in texts.items() if not is_same(text, others.get(field) or "")]


def moved(base: Mapping[str, str], campaign: Campaign) -> list[str]:
    """The templates of which the platform has another text by now. Of a campaign it never described, none is known."""
    return differing(base, campaign.messages) if campaign.document else []


def at_platform(campaign: Campaign) -> dict[str, TemplateVersion]:
    """By template, the version that the platform was last seen with."""
    rows = TemplateVersion.objects.filter(campaign=campaign, arrived_at__isnull=False, replaced_at__isnull=True)
    return {row.field: row for row in rows}


def history(campaign: Campaign, field: str) -> QuerySet[TemplateVersion]:
    """Newest first, with who wrote and who approved."""
    rows = TemplateVersion.objects.filter(campaign=campaign, field=field)
    newest_first = rows.order_by(F("arrived_at").desc(nulls_first=True), "-id")
    return newest_first.select_related("written_by", "approved_by", "change_request")


def find_text(campaign: Campaign, field: str, hash_: str) -> str | None:
    """A text this template once had, by its hash."""
    rows = TemplateVersion.objects.filter(campaign=campaign, field=field, text_hash=hash_)
    return rows.values_list("text", flat=True).first()


def keep_approved(request: ChangeRequest) -> None:
    """The texts of an approved request become versions, before anybody sends them."""
    for field, text in request.proposed.items():
        TemplateVersion.objects.update_or_create(
            change_request=request,
            field=field,
            defaults={
                "campaign_id": request.campaign_id,
                "text": text,
                "text_hash": text_hash(text),
                "written_by": request.author,
                "approved_by": request.decided_by,
            },
        )


def is_approved(campaign: Campaign) -> bool:
    return campaign.meaning in _APPROVED


def is_behind(campaign: Campaign) -> bool:
    """Does the mirror show something that no version says yet?"""
    known = at_platform(campaign)
    return any(
        _is_replaced(known.get(field), text) or _goes_live(known.get(field), campaign)
        for field, text in _shown(campaign).items()
    )


def record_seen(campaign: Campaign) -> bool:
    """Write that down, inside the caller's transaction and under the campaign's lock. True if there was news."""
    known = at_platform(campaign)
    at = platform_time(campaign)
    is_news = False
    for field, text in _shown(campaign).items():
        version = known.get(field)
        if _is_replaced(version, text):
            version = _replace(campaign, field, version, text, at)
            is_news = True
        if version is not None and _goes_live(version, campaign):
            TemplateVersion.objects.filter(id=version.pk, live_from=None).update(live_from=at)
            is_news = True
    return is_news


def _shown(campaign: Campaign) -> dict[str, str]:
    """What the mirror says of the templates; of one that it does not speak of, nothing follows."""
    return {field: text for field, text in campaign.messages.items() if field in TEMPLATES}


def _is_replaced(version: TemplateVersion | None, text: str) -> bool:
    return not is_same(version.text if version else "", text)


def _goes_live(version: TemplateVersion | None, campaign: Campaign) -> bool:
    return version is not None and version.live_from is None and is_approved(campaign)


def platform_time(campaign: Campaign) -> datetime:
    """When the platform last changed the campaign, by its own clock; without its word, now."""
    updated = campaign.document.get("updated")
    at = parse_datetime(updated) if isinstance(updated, str) else None
    return at if at is not None and at.tzinfo is not None else timezone.now()


def _replace(
    campaign: Campaign, field: str, old: TemplateVersion | None, text: str, at: datetime
) -> TemplateVersion | None:
    """The one that was there goes, the one that came takes its place; a template that was emptied has none."""
    if old is not None:
        TemplateVersion.objects.filter(id=old.pk, replaced_at=None).update(replaced_at=at)
    if not text.strip():
        return None
    awaited = TemplateVersion.objects.filter(
        campaign=campaign, field=field, arrived_at=None, change_request__state__in=_MAY_ARRIVE
    ).order_by("-id")
    version = next((row for row in awaited if is_same(row.text, text)), None)
    if version is None:
        # Nobody here wrote it.
        return TemplateVersion.objects.create(
            campaign=campaign, field=field, text=text, text_hash=text_hash(text), created_at=at, arrived_at=at
        )
    version.arrived_at = at
    version.save(update_fields=["arrived_at"])
    return version
