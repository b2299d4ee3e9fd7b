"""How far a change request is: proposed, approved here, approved by the platform, live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from console.campaigns.models import ChangeRequest

State = ChangeRequest.State
Mark = Literal["done", "now", "bad", "next"]

# How many of the four steps are behind it.
_REACHED: Final = {
    State.APPROVED: 2,
    State.FAILED: 2,
    State.AT_PLATFORM: 2,
    State.REFUSED: 2,
    State.REPLACED: 2,
    State.LIVE: 4,
}


@dataclass(frozen=True)
class Step:
    name: str
    mark: Mark
    words: str = ""
    at: datetime | None = None


def steps_of(request: ChangeRequest) -> list[Step]:
    state = State(request.state)
    is_live = state == State.LIVE
    return [
        Step("Proposed", "done", at=request.created_at),
        _approval(request, state),
        _platform(request, state),
        Step("Live", "done" if is_live else "next", at=request.state_since if is_live else None),
    ]


def _approval(request: ChangeRequest, state: ChangeRequest.State) -> Step:
    if _REACHED.get(state, 1) >= 2:
        return Step("Approved here", "done", at=request.decided_at)
    mark: Mark = "bad" if state in (State.REJECTED, State.WITHDRAWN) else "now"
    name = "Has to be written anew" if state == State.STALE else state.label
    return Step(name, mark, at=request.decided_at if state in (State.REJECTED, State.CHANGES_ASKED) else None)


def _platform(request: ChangeRequest, state: ChangeRequest.State) -> Step:
    command = request.command
    if state == State.LIVE:
        return Step("Approved by Engage", "done")
    if state == State.APPROVED:
        is_stuck = command is not None and command.needs_decision
        return Step(
            "On its way to Engage", "bad" if is_stuck else "now", command.get_state_display() if command else ""
        )
    if state == State.AT_PLATFORM:
        return Step("Waiting for Engage to approve", "now", at=request.state_since)
    if state in (State.REFUSED, State.REPLACED, State.FAILED):
        return Step(state.label, "bad", request.reason, at=request.state_since)
    return Step("Engage approves", "next")
