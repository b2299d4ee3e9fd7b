"""Which locks of a number the platform knows of by itself, and how a conversation can tell it of one."""

from __future__ import annotations

import re
from typing import Final

from engage.mirror.consent import EVENT, UNTIMED, find_locks
from engage.models import Consent, Conversation, Telling
from engage.models.disposition_names import DoNotContact
from engage.sms.keywords.folding import fold

NO_DISPOSITION: Final = "This conversation has no disposition that means do not contact."
SEVERAL: Final = "Several dispositions mean do not contact, and none says opt-out or stop: somebody has to choose."

_SAYS_OPT_OUT: Final = re.compile(r"\b(?:opt(?:ed|s|ing)?[ -]?outs?|stop(?:s|ped|ping)?)\b")


def locks_beside(consent: Consent) -> list[Consent]:
    """All that locks its number now; itself is among them as long as nothing has ended it."""
    return find_locks(consent.workspace_id, [consent.phone]).get(consent.phone, [])


def is_known_there(locks: list[Consent]) -> bool:
    """Whether the platform itself says that one of these stands: by an event, its own word, or a disposition shown."""
    ours = set(Telling.objects.filter(consent__in=[row.pk for row in locks]).values_list("consent_id", flat=True))
    return any(
        (row.is_confirmed or row.evidence.startswith((EVENT, UNTIMED)))
        and not row.is_by_desk
        and row.tell_from is None
        and row.pk not in ours
        for row in locks
    )


def find_telling_disposition(conversation: Conversation) -> tuple[str, str]:
    """The name that tells the platform, and nothing; or nothing, and why a person has to choose."""
    offered = [name for row in conversation.dispositions if isinstance(name := row.get("disposition"), str) and name]
    forbidding = DoNotContact(conversation.dispositions)
    meant = [name for name in dict.fromkeys(offered) if name in forbidding]
    if not meant:
        return "", NO_DISPOSITION
    if len(meant) == 1:
        return meant[0], ""
    saying = [name for name in meant if _SAYS_OPT_OUT.search(fold(name))]
    return (saying[0], "") if saying else ("", SEVERAL)
