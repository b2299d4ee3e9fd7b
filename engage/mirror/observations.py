"""What the platform said, from a delivery or a GET, in the one shape that `merge` takes.

Every choice between two statements is made by comparing values that are part of the statements themselves. So the
mirror is a function of the set of observations: order, repetition and batching change nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, Final, cast

from pydantic import TypeAdapter, ValidationError

from engage.api.events import ConversationKind
from engage.api.wire import Campaign, CampaignList, ConversationPayload, Disposition, Lead, Message
from engage.api.wire.base import Moment
from engage.api.wire.conversation import NO_CAMPAIGN
from engage.mirror.lead_states import Meaning, meaning_of
from engage.mirror.moments import SKEW as _SKEW
from engage.mirror.moments import bounded
from engage.mirror.parts import flatten
from engage.models.disposition_names import find_name, kept_name
from engage.sms.blanks import is_blank
from engage.sms.keywords import OwnWords, Signal, signal
from engage.vault import Secret, fingerprint

_TOKEN = re.compile(r"(/hooks/engage/)([^/?#]+)")


def _mask_token(match: re.Match[str]) -> str:
    """The token's fingerprint in its place: still comparable with ours, no longer usable."""
    return f"{match[1]}~{fingerprint(Secret(match[2]))[:16]}"


_ABOUT_STOPPING = (Signal.STOP.value, Signal.START.value, Signal.MAYBE_STOP.value)
_PLAIN = (str, int, float, bool, type(None))


def mask_tokens(document: object) -> object:
    """A JSON value with our token masked wherever a text in it holds an address of ours."""
    match document:
        case str():
            return _TOKEN.sub(_mask_token, document)
        case list():
            return [mask_tokens(item) for item in document]
        case dict():
            return {name: mask_tokens(value) for name, value in document.items()}
    return document


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_moment: TypeAdapter[datetime | None] = TypeAdapter(Moment)


def dated(stated: datetime, seen_at: datetime, *, is_read: bool) -> datetime:
    """The moment a statement stands for, out of the one it names.

    What claims to come from the future would outweigh all that Engage says until then: it is as new as its arrival. And
    what a GET shows is so at the time of asking, however long ago it last changed: no webhook before it outlasts it.
    """
    return min(max(stated, seen_at - _SKEW) if is_read else stated, seen_at + _SKEW)


# Words for what goes to the lead, beside OUTBOUND and what begins like it.
_OUTWARDS = frozenset({"mt", "sent", "agent", "system", "tolead", "outgoing"})


def is_inbound(said: Message) -> bool:
    """Whether the lead wrote it; a direction yet unknown is taken for theirs."""
    word = "".join(filter(str.isalpha, said.direction or "")).casefold()
    return not word.startswith("out") and word not in _OUTWARDS


def clip(value: object, length: int) -> str:
    """Text that fits its column; None is empty."""
    return "" if value is None else str(value)[:length]


def _digest(document: object) -> str:
    text = json.dumps(document, sort_keys=True, default=str, ensure_ascii=False)
    return _digest_of_bytes(text.encode("utf-8", "replace"))


def _digest_of_bytes(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:16]


@lru_cache(maxsize=1024)
def _list_dispositions(entries: tuple[Disposition, ...]) -> tuple[list[dict[str, Any]], str]:
    """The list as it is stored, and its digest. Every conversation of a campaign brings the same list again."""
    listed = [entry.model_dump(mode="json", by_alias=True) for entry in entries]
    return listed, _digest(listed)


def _told_apart(messages: list[Message]) -> list[Message]:
    """Several without an id may read alike: each is known by its place among those."""
    seen: Counter[str] = Counter()
    told: list[Message] = []
    for message in messages:
        seen[message.id] += message.is_unnamed
        is_another = message.is_unnamed and seen[message.id] > 1
        told.append(message.model_copy(update={"id": f"{message.id}-{seen[message.id]}"}) if is_another else message)
    return told


@dataclass(frozen=True)
class ConversationObservation:
    """One statement about one conversation. `is_read`: answered to our GET, so it vouches for itself."""

    payload: ConversationPayload
    seen_at: datetime
    kind: ConversationKind | None = None
    is_read: bool = False
    # The token the webhook came by, by its name.
    token_name: str = ""
    stop_words: OwnWords = field(default_factory=OwnWords)

    def prepared(self) -> ConversationObservation:
        """Itself, with all reckoned out that takes time: no transaction then waits for it."""
        _ = (self.version, self.dispositions_version, self.key_version, self.signals)
        return self

    @cached_property
    def signals(self) -> list[str]:
        """What each of the messages says about consent, empty of our own; in their order.

        A state of the lead that may mean stop, shown by a GET, asks about their first text: so it is asked once.
        """
        read = [
            signal(said.message, more_stop_words=self.stop_words).value if is_inbound(said) else ""
            for said in self.messages
        ]
        if self.is_read and meaning_of(self.lead.status or "") is Meaning.MAY_HAVE_STOPPED:
            first = next((place for place, said in enumerate(self.messages) if is_inbound(said)), None)
            if first is not None and read[first] not in _ABOUT_STOPPING:
                read[first] = Signal.MAYBE_STOP.value
        return read

    @property
    def proven_at(self) -> datetime:
        """As of when it proves something: a GET, what was said before and is not in it."""
        return bounded(self.seen_at, self.payload.answered_at)

    @property
    def lead(self) -> Lead:
        return self.payload.data.lead

    @property
    def names_no_campaign(self) -> bool:
        return self.payload.data.campaign.id == NO_CAMPAIGN

    @cached_property
    def messages(self) -> list[Message]:
        said = self.payload.data.messages
        return _told_apart(said) if any(message.is_unnamed for message in said) else said

    @cached_property
    def newest(self) -> datetime:
        """The newest moment at the platform that this statement names."""
        lead = self.lead
        moments = [
            lead.created,
            lead.sent,
            lead.result,
            lead.disposition_timestamp,
            *(m.timestamp for m in self.messages),
        ]
        return max((moment for moment in moments if moment is not None), default=EPOCH)

    @cached_property
    def as_of(self) -> datetime:
        return dated(self.newest, self.seen_at, is_read=self.is_read)

    @cached_property
    def content(self) -> str:
        """A digest of all that it says of lead and texts: the same event delivered again has the same."""
        return _digest(self.payload.data.model_dump(mode="json", by_alias=True))

    @property
    def heard_at(self) -> datetime | None:
        """When it was said without proof; None of what a GET shows."""
        return None if self.is_read else self.seen_at

    @cached_property
    def version(self) -> str:
        """Orders statements about the lead: by time, then by content. What is left out is another content than null."""
        digest = _digest_of_bytes(self.lead.model_dump_json(exclude_unset=True).encode())
        return f"{self.as_of.isoformat(timespec='microseconds')} {digest}"

    @cached_property
    def _listed(self) -> tuple[list[dict[str, Any]], str]:
        entries = tuple(self.payload.data.dispositions)
        # Frozen models can be looked up by content, unless a field we do not know holds a list or an object.
        is_plain = all(isinstance(extra, _PLAIN) for entry in entries for extra in (entry.model_extra or {}).values())
        return _list_dispositions(entries) if is_plain else _list_dispositions.__wrapped__(entries)

    @property
    def dispositions(self) -> list[dict[str, Any]]:
        return self._listed[0]

    @cached_property
    def dispositions_version(self) -> str:
        """Empty when the statement carries no list."""
        if not self.dispositions:
            return ""
        return f"{self.as_of.isoformat(timespec='microseconds')} {self._listed[1]}"

    @cached_property
    def key_fingerprint(self) -> str:
        return fingerprint(self.payload.key) if self.payload.key else ""

    @cached_property
    def key_version(self) -> str:
        """Empty when the statement names no key."""
        if not self.key_fingerprint:
            return ""
        # Not as of a GET: it was asked with a key that we have, and a newer one may have been named meanwhile.
        named_at = dated(self.newest, self.seen_at, is_read=False)
        return f"{named_at.isoformat(timespec='microseconds')} {self.key_fingerprint[:16]}"

    def sent_at(self, message: Message) -> datetime:
        """The platform's time of a message. One without is dated by the one before it, or by this statement.

        One dated in the future counts as of this statement. Those of one statement keep the order of their dates.
        """
        if self.is_ahead(message):
            return self.seen_at + timedelta(microseconds=self._ahead[message.id])
        return message.timestamp or self._undated[message.id]

    @cached_property
    def _undated(self) -> dict[str, datetime]:
        """When those count as said that Engage gave no time, in the order in which they stand."""
        found: dict[str, datetime] = {}
        last = None
        for place, message in enumerate(self.messages):
            if message.timestamp is not None:
                last = message.timestamp
            else:
                found[message.id] = (last or self.seen_at) + timedelta(microseconds=place)
        return found

    def is_ahead(self, message: Message) -> bool:
        """Would it stand behind all that is said from now until the time it claims?"""
        return message.timestamp is not None and message.timestamp > self.seen_at + _SKEW

    @cached_property
    def _ahead(self) -> dict[str, int]:
        ahead = (message for message in self.messages if self.is_ahead(message))
        in_order = sorted(ahead, key=lambda message: (message.timestamp or EPOCH, message.id))
        return {message.id: place for place, message in enumerate(in_order)}

    @cached_property
    def chosen(self) -> str:
        """The lead's disposition by its name in the list that came along; empty when there is none."""
        said = self.lead.disposition or self.payload.data.disposition or ""
        return kept_name(find_name(said, self.dispositions)) if said else ""

    @property
    def chosen_at(self) -> datetime:
        """The platform's time of the lead's disposition, or what is certain not to be earlier."""
        named = self.lead.disposition_timestamp or self.payload.data.disposition_timestamp
        return named or min(self.newest, self.seen_at)

    @property
    def chosen_as_of(self) -> datetime | None:
        """As of when a disposition counts that is dated in the future; None of any other."""
        return self.seen_at if self.chosen_at > self.seen_at + _SKEW else None


# Of a campaign: the objects whose parts a statement may name one by one.
CAMPAIGN_OBJECTS: Final = frozenset(
    {"messages", "schedule", "webhooks", "notifications", "notifications.conversationEmail"}
)
# An answer about one campaign that holds these is the whole of it.
_OF_A_WHOLE: Final = frozenset({"name", "campaign_status", "messages", "schedule"})


@dataclass(frozen=True)
class CampaignObservation:
    """`is_single`: Engage was asked for this very campaign. A list may hold summaries, and a webhook proves nothing."""

    campaign: Campaign
    seen_at: datetime
    is_read: bool = False
    is_single: bool = False

    @property
    def is_whole(self) -> bool:
        """What it does not name is not so: many platforms leave out what is null."""
        return self.is_single and self.campaign.model_fields_set >= _OF_A_WHOLE

    @cached_property
    def document(self) -> dict[str, Any]:
        """What this statement names, by the names of the wire; of what it leaves out it says nothing."""
        # The addresses it calls hold the token that vouches for a webhook, and this document is for people to read.
        named = self.campaign.model_dump(mode="json", by_alias=True, exclude_unset=True)
        if is_blank(self.campaign.name):
            # A name is what people know it by: none is no other name.
            named.pop("name", None)
        return cast("dict[str, Any]", mask_tokens(named))

    @cached_property
    def parts(self) -> dict[str, Any]:
        return flatten(self.document, CAMPAIGN_OBJECTS)

    @cached_property
    def version(self) -> str:
        as_of = dated(self.campaign.updated or EPOCH, self.seen_at, is_read=self.is_read)
        return f"{as_of.isoformat(timespec='microseconds')} {_digest(self.document)}"


@dataclass(frozen=True)
class LeadListObservation:
    lead_list: CampaignList
    seen_at: datetime
    # Where the list object does not name its campaign, as in the answer to a call that did.
    campaign_remote_id: str = ""
    is_read: bool = False

    @cached_property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = self.lead_list.model_dump(mode="json", by_alias=True)
        return document

    @property
    def placed_in(self) -> str:
        """Remote id of its campaign; empty when nobody names one."""
        return self.lead_list.campaign_id or self.campaign_remote_id

    @cached_property
    def version(self) -> str:
        """Orders statements: one with a status before one without, then by time, then by content.

        By its own `updated`, should it carry one; else by when it was seen, which is all there is.
        """
        try:
            updated = _moment.validate_python((self.lead_list.model_extra or {}).get("updated"))
        except ValidationError:
            updated = None
        says_status = "1" if self.lead_list.status else "0"
        as_of = dated(updated or self.seen_at, self.seen_at, is_read=self.is_read)
        return f"{says_status} {as_of.isoformat(timespec='microseconds')} {_digest(self.document)}"


@dataclass(frozen=True)
class LoadObservation:
    """One body posted to the address of one list load."""

    load_id: int
    document: object
    seen_at: datetime

    @cached_property
    def version(self) -> str:
        """By arrival: progress is posted in order, if more than once, and carries no time that we know of."""
        return f"{self.seen_at.isoformat(timespec='microseconds')} {_digest(self.document)}"


Observation = ConversationObservation | CampaignObservation | LeadListObservation | LoadObservation


@dataclass
class Observations:
    """What one batch says about one workspace."""

    conversations: list[ConversationObservation] = field(default_factory=list)
    campaigns: list[CampaignObservation] = field(default_factory=list)
    lead_lists: list[LeadListObservation] = field(default_factory=list)
    loads: list[LoadObservation] = field(default_factory=list)
