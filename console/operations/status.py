"""The state of the whole in words: a dot while all is well, and what is wrong where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from console.operations.vitals import RECEIVING, SENDING, Vitals, WorkspaceVitals
from engage.mirror.denial import TROUBLE_ENDS_AFTER
from engage.models import Reach

# One answer that did not come is no news.
UNREACHED_AFTER = timedelta(seconds=60)


class State(StrEnum):
    UNKNOWN = "unknown"
    WELL = "well"
    ATTENTION = "attention"
    TROUBLE = "trouble"


@dataclass(frozen=True)
class Line:
    name: str
    words: str
    state: State = State.WELL


@dataclass(frozen=True)
class Status:
    """`headline`: the worst of it, in few words. `standstill`: what everybody has to know, empty when nothing."""

    state: State
    headline: str
    lines: tuple[Line, ...] = ()
    standstill: str = ""

    @classmethod
    def of(cls, now: Vitals | None) -> Status:
        if now is None:
            return cls(State.UNKNOWN, "Status not known yet")
        alarms = list(_find_alarms(now))
        lines = (_worker_line(now), *_backlog_lines(now), *(_workspace_line(now, row) for row in now.workspaces))
        state, headline = alarms[0] if alarms else (State.WELL, "All is well")
        return cls(state, headline, lines, _standstill(now))


def _find_alarms(now: Vitals) -> Iterator[tuple[State, str]]:
    """The worst first."""
    if _is_silent(now, SENDING):
        yield State.TROUBLE, "Nothing is sent"
    if _is_silent(now, RECEIVING):
        yield State.TROUBLE, "Nothing comes in"
    for row in now.workspaces:
        if _is_unreached(now, row):
            yield State.TROUBLE, f"Engage {row.trouble or 'does not answer'}"
        elif _is_refusing(now, row):
            yield State.TROUBLE, "Engage refuses conversations"
        elif words := _silence(row):
            yield State.TROUBLE, words
    if not now.has_worker_run:
        yield State.ATTENTION, "No worker yet"
    if now.overdue_since():
        yield State.ATTENTION, "Behind with work"
    if now.held:
        yield State.ATTENTION, f"{now.held} held"
    if now.set_aside:
        yield State.ATTENTION, f"{now.set_aside} not understood"


def _is_silent(now: Vitals, loop: str) -> bool:
    return now.silent_since(loop) is not None


def _is_unreached(now: Vitals, row: WorkspaceVitals) -> bool:
    return row.unreached_since is not None and row.unreached_since < now.read_at - UNREACHED_AFTER


def _is_refusing(now: Vitals, row: WorkspaceVitals) -> bool:
    return row.refusing_since is not None and row.refusing_since > now.read_at - TROUBLE_ENDS_AFTER


def _silence(row: WorkspaceVitals) -> str:
    """What is wrong although the platform lists its campaigns well; empty when nothing."""
    failing = dict(row.failing)
    if row.is_nobody_answerable:
        return "Nobody can be answered"
    if Reach.Kind.CONVERSATION in failing:
        return "No conversation is read"
    return "Nothing was read for 10 min" if row.is_nothing_read else ""


def _standstill(now: Vitals) -> str:
    match _is_silent(now, SENDING), _is_silent(now, RECEIVING):
        case True, True:
            return "Nothing is sent and nothing comes in at the moment. What you write is kept."
        case True, False:
            return "Nothing is sent at the moment. What you write is kept."
        case False, True:
            return "New messages do not come in at the moment. They are not lost."
        case _:
            return ""


def _worker_line(now: Vitals) -> Line:
    silent = [since for loop in (SENDING, RECEIVING) if (since := now.silent_since(loop))]
    if silent:
        return Line("Worker", f"Stopped {ago(now.age(min(silent)))}", State.TROUBLE)
    if not now.has_worker_run:
        return Line("Worker", "Has not run yet", State.ATTENTION)
    if overdue := now.overdue_since():
        return Line("Worker", f"Behind, by {duration(now.age(overdue))}", State.ATTENTION)
    return Line("Worker", "Working")


def _backlog_lines(now: Vitals) -> Iterator[Line]:
    waiting = sum(now.open.get(state, 0) for state in ("queued", "retry_wait"))
    yield Line("To take in", f"{now.pending:,}" if now.pending else "Nothing waits")
    yield Line("To send", f"{waiting:,}" if waiting else "Nothing waits")
    if now.unknown:
        yield Line("Not confirmed", f"{now.unknown:,}")
    if now.held:
        yield Line("Held", f"{now.held:,}, until somebody releases them", State.ATTENTION)
    if now.quarantined:
        yield Line("Not readable", f"{now.quarantined:,} webhooks set aside")
    if now.set_aside:
        words = f"{now.set_aside:,} of the things that Engage said, or parts of them; the page Connection lists them"
        yield Line("Not understood", words, State.ATTENTION)


def _workspace_line(now: Vitals, row: WorkspaceVitals) -> Line:
    heard = f"last webhook {ago(now.age(row.last_webhook_at))}" if row.last_webhook_at else "no webhook yet"
    if _is_unreached(now, row):
        trouble = row.trouble or "does not answer"
        return Line(row.name, f"Engage {trouble} for {duration(now.age(row.unreached_since))}, {heard}", State.TROUBLE)
    if _is_refusing(now, row):
        since = duration(now.age(row.refusing_since))
        words = f"Engage refuses conversations that it knew, for {since}. They are asked for again, and replies wait"
        return Line(row.name, f"{words}; {heard}", State.TROUBLE)
    if words := _silence(row):
        why = "".join(f": Engage {trouble}" for kind, trouble in row.failing if kind == Reach.Kind.CONVERSATION)
        return Line(row.name, f"{words}{why}, {heard}", State.TROUBLE)
    return Line(row.name, heard.capitalize())


def ago(seconds: float | None) -> str:
    return "just now" if (seconds or 0.0) < 60 else f"{duration(seconds)} ago"


def duration(seconds: float | None) -> str:
    """In one unit: these lines are read in passing."""
    minutes = int((seconds or 0.0) // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} days"
