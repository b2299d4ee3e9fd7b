"""One POST, and what its answer says: it did not happen, it happened, or nobody knows."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from django.conf import settings

from engage.api.client import Accepted
from engage.api.errors import EngageError, Gone, Overloaded, RateLimited, Rejected, Unauthorized, Unknown, Unreachable
from engage.models import Attempt

logger = logging.getLogger(__name__)

Said = TypeVar("Said")

Outcome = Attempt.Outcome
LINK_REFUSED = "Engage refuses the link to this conversation."
TOO_MANY = "Engage asks us to wait."
NO_GOOD_ANSWER = "Engage does not answer as it should."


@dataclass(frozen=True)
class Answer:
    """`is_final`: what was certainly not done would not be done at the next try either."""

    outcome: Attempt.Outcome
    reason: str = ""
    status: int | None = None
    is_final: bool = False
    is_link_refused: bool = False
    retry_after: float | None = None
    remote_id: str = ""

    @property
    def is_unknown(self) -> bool:
        return self.outcome == Outcome.UNKNOWN


def post(call: Callable[[], Accepted], hear: Callable[[EngageError | None], object]) -> Answer:
    """As `ask`, where all that is said is that it was accepted. `hear` is told how the call ended."""

    def listened() -> Accepted:
        try:
            accepted = call()
        except EngageError as error:
            hear(error)
            raise
        hear(None)
        return accepted

    answer, accepted = ask(listened)
    return (
        Answer(Outcome.SENT, status=accepted.status, remote_id=accepted.remote_id or "")
        if accepted is not None
        else answer
    )


def ask(call: Callable[[], Said]) -> tuple[Answer, Said | None]:
    """Call once. Whatever goes wrong in a way we do not know counts as sent, perhaps."""
    try:
        said = call()
    except EngageError as error:
        logger.info("a POST ended with %s: %s", type(error).__name__, error)
        return read_refusal(error), None
    except Exception as error:
        # By its name alone: the words of a library may quote the text.
        logger.error("a POST failed unexpectedly: %s", type(error).__name__)
        return Answer(Outcome.UNKNOWN, type(error).__name__), None
    return Answer(Outcome.SENT), said


def read_refusal(error: EngageError) -> Answer:
    """What an error of a call says of the call; for a GET, whether asking again makes sense."""
    match error:
        case Unreachable():
            # The state says it all.
            return Answer(Outcome.NOT_SENT)
        case RateLimited():
            return Answer(Outcome.NOT_SENT, TOO_MANY, 429, retry_after=error.retry_after)
        case Overloaded() if settings.TRUST_503_RETRY_AFTER:
            return Answer(Outcome.NOT_SENT, TOO_MANY, 503, retry_after=error.retry_after)
        case Unauthorized() | Gone():
            # A gateway being deployed says so for a moment, about things that are there.
            return Answer(Outcome.NOT_SENT, LINK_REFUSED, error.status, is_link_refused=True)
        case Rejected():
            reason = f"Engage refused it: {error.reason}" if error.reason else "Engage refused it."
            return Answer(Outcome.NOT_SENT, reason, error.status, is_final=True)
        case Unknown():
            return Answer(Outcome.UNKNOWN, str(error), error.status)
        case _:
            return Answer(Outcome.UNKNOWN, type(error).__name__, error.status)


def read_failed_look(error: EngageError) -> Answer:
    """As `read_refusal`, of the GET before a POST: nothing was posted, and whatever it was may pass."""
    answer = read_refusal(error)
    if answer.is_unknown:
        return replace(answer, reason=NO_GOOD_ANSWER)
    # Without a status it was us who refused: no key, or one that cannot be sent.
    return replace(answer, is_final=answer.is_final and answer.status is None)
