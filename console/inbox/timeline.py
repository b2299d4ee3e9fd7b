"""The course of a conversation as a page shows it: days, texts, and what people did in between."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import ClassVar

from console.accounts.people import name_of
from console.inbox import times
from console.inbox.models import DeskEvent
from engage.mirror.reactions import is_of_any
from engage.models import Command, Consent, Disposition, Message
from engage.models.disposition_names import kept_name
from engage.sms.blanks import is_blank
from engage.sms.keywords import Reaction, find_reaction
from engage.sms.sameness import fold

# The platform answers by itself at once; nobody reads and types this fast.
AUTOMATIC_WITHIN = timedelta(seconds=10)
# A disposition seen at the platform this close to one that somebody chose here is theirs.
SAME_CHOICE_WITHIN = timedelta(hours=1)
# How far the platform's clock may be behind ours for its copy of a reply to be known at once.
CLOCKS_DIFFER_BY = timedelta(seconds=5)

_UNDER_WAY = (Command.State.SENDING, Command.State.ACCEPTED, Command.State.CHECKING)
# Some of these left before and are looked for still: they wait for a person, or for one more try that somebody wanted.
MAY_HAVE_LEFT = (*Command.WAITING, Command.State.PREFLIGHT, Command.State.HELD, Command.State.UNCONFIRMED)


@dataclass(frozen=True)
class Day:
    kind: ClassVar[str] = "day"
    date: date
    name: str


@dataclass(frozen=True)
class Line:
    """One thing that happened: who (may be empty) and what."""

    kind: ClassVar[str] = "line"
    at: datetime
    who: str
    what: str
    is_harm: bool = False


@dataclass(frozen=True)
class Bubble:
    """One text of the lead or of ours; of ours always one, whether it is on its way or already at the platform."""

    kind: ClassVar[str] = "bubble"
    at: datetime
    text: str
    author: str = ""
    message: Message | None = None
    command: Command | None = None
    local_clock: str = ""
    delivery: str = ""
    reaction: Reaction | None = None

    @property
    def element_id(self) -> str:
        return f"message-{self.message.id}" if self.message else f"reply-{self.command.id}" if self.command else ""

    @property
    def is_blank(self) -> bool:
        return is_blank(self.text)

    @property
    def has_more(self) -> bool:
        """Engage sent fields beside the text that no guide names."""
        return self.message is not None and bool(self.message.unknown_fields)

    @property
    def is_inbound(self) -> bool:
        return self.message is not None and self.message.is_inbound


Entry = Day | Line | Bubble


def build(bubbles: Iterable[Bubble], lines: Iterable[Line], *, pending: Sequence[Bubble], now: datetime) -> list[Entry]:
    """Everything in order with a line per day; what is still on its way stands last."""
    happened: list[Bubble | Line] = sorted([*bubbles, *lines], key=lambda entry: entry.at)
    entries: list[Entry] = []
    last_day: date | None = None
    for entry in [*happened, *pending]:
        day = times.desk_day(entry.at)
        if last_day is None or day > last_day:
            entries.append(Day(day, times.day_name(day, times.desk_day(now))))
            last_day = day
        entries.append(entry)
    return entries


def pair_up(
    messages: Sequence[Message], replies: Sequence[Command], left_before: Collection[int] = ()
) -> dict[int, Command]:
    """Message id → the reply it is, for texts that came in a moment before the reply was found to be confirmed.

    Without it such a reply would be seen twice, as itself and as a stranger's text, until the look is evaluated.
    `left_before`: ids of those that stand still, but had a try that may have arrived.
    """
    strangers = [message for message in messages if not message.is_inbound and _command_of(message) is None]
    pairs: dict[int, Command] = {}
    for reply in replies:
        if reply.message_id is None and (reply.state in _UNDER_WAY or reply.id in left_before):
            begin = reply.created_at - CLOCKS_DIFFER_BY
            for message in strangers:
                is_same = message.sent_at >= begin and fold(message.text) == fold(reply.text)
                if is_same and message.id not in pairs:
                    pairs[message.id] = reply
                    break
    return pairs


def message_bubbles(
    messages: Sequence[Message], arrived: Mapping[int, Command], *, zone_name: str, delivery: str
) -> list[Bubble]:
    """`delivery` is what became of the campaign's first text, which is all that a lead's status tells."""
    commands = {message.id: arrived.get(message.id) or _command_of(message) for message in messages}
    authors = _find_authors(messages, commands)
    ours = [message.text for message in messages if not message.is_inbound]
    return [
        Bubble(
            at=message.sent_at,
            text=message.text,
            author=author,
            message=message,
            command=commands[message.id],
            local_clock=_clock_there(message.sent_at, zone_name),
            delivery=delivery if author == "Broadcast" else "",
            reaction=_find_reaction(message, ours),
        )
        for message, author in zip(messages, authors, strict=True)
    ]


def _find_reaction(message: Message, ours: list[str]) -> Reaction | None:
    """Only where it quotes a text of ours that stands in the same part of the thread."""
    reaction = find_reaction(message.text) if message.is_inbound else None
    return reaction if reaction is not None and reaction.quote and is_of_any(reaction, ours) else None


def command_bubbles(commands: Iterable[Command], *, zone_name: str) -> list[Bubble]:
    return [
        Bubble(
            at=command.created_at,
            text=command.text,
            author=name_of(command.created_by),
            command=command,
            local_clock=_clock_there(command.created_at, zone_name),
        )
        for command in commands
    ]


def _command_of(message: Message) -> Command | None:
    command: Command | None = getattr(message, "command", None)
    return command


def _find_authors(messages: Sequence[Message], commands: Mapping[int, Command | None]) -> list[str]:
    """Who wrote each outbound text. The platform does not say, so only what is certain gets a person's name."""
    authors: list[str] = []
    last_inbound_at: datetime | None = None
    for message in messages:
        command = commands[message.id]
        if message.is_inbound:
            last_inbound_at = message.sent_at
            authors.append("")
        elif command:
            authors.append(name_of(command.created_by))
        elif message.conversation.started_at is None or message.sent_at < message.conversation.started_at:
            authors.append("Broadcast")
        elif last_inbound_at and message.sent_at - last_inbound_at <= AUTOMATIC_WITHIN:
            authors.append("Automatic answer")
        else:
            authors.append("Sent in Engage")
    return authors


def _clock_there(at: datetime, zone_name: str) -> str:
    """The lead's clock, where it shows another time than the desk's."""
    there = times.clock_there(at, zone_name)
    return "" if there == times.clock(at) else there


def desk_lines(events: Iterable[DeskEvent]) -> list[Line]:
    return [
        Line(event.at, name_of(event.by), f"{event.get_kind_display()}{f' to {name_of(event.to)}' if event.to else ''}")
        for event in events
    ]


def disposition_lines(dispositions: Iterable[Disposition], chosen_here: Sequence[Command]) -> list[Line]:
    lines = []
    for row in dispositions:
        chooser = next((command for command in chosen_here if _is_choice(command, row)), None)
        if row.is_disproved:
            lines.append(Line(row.counts_at, "", f"Said to be closed as {row.name}, which Engage does not show"))
        elif chooser:
            who = "The console" if chooser.is_by_console else name_of(chooser.created_by)
            lines.append(Line(row.counts_at, who, f"closed this as {row.name}"))
        else:
            lines.append(Line(row.counts_at, "", f"Closed as {row.name}"))
    return lines


def _is_choice(command: Command, row: Disposition) -> bool:
    return kept_name(command.text) == row.name and abs(row.counts_at - command.created_at) <= SAME_CHOICE_WITHIN


def consent_lines(consents: Sequence[Consent], conversation_id: int) -> list[Line]:
    """Only the turns: the same word said, seen and read again is one event."""
    words = {
        Consent.Kind.OPTED_OUT: "They opted out",
        Consent.Kind.OPTED_IN: "They opted in again",
        Consent.Kind.DO_NOT_CONTACT: "Number put on the do-not-contact list",
        Consent.Kind.LIFTED: "lifted the lock of this number",
    }
    in_order = sorted(consents, key=lambda row: (row.at, row.id))
    turns = in_order[:1]
    # What one of us did is told whatever had been said before.
    turns += [after for before, after in pairwise(in_order) if after.kind != before.kind or after.is_by_desk]
    return [
        Line(
            row.at,
            name_of(row.by) if row.by or row.is_by_desk else "",
            ("stopped all texts to this number" if row.is_by_desk else words[Consent.Kind(row.kind)])
            + ("" if row.conversation_id in (None, conversation_id) else " in another conversation")
            + ("" if row.is_confirmed or row.kind != Consent.Kind.OPTED_IN else ", not yet confirmed by Engage")
            + (f": {row.reason}" if row.reason else ""),
            is_harm=row.kind in Consent.LOCKS,
        )
        for row in turns
    ]
