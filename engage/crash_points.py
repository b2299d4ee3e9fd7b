"""Named places at which a test lets the process die, as a power cut would. Inert unless the environment names one."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

VARIABLE = "ENGAGE_CRASH_AT"
# "STOP" makes a process stand still there until it is told to go on, as a machine that sleeps does.
SIGNAL_VARIABLE = "ENGAGE_CRASH_BY"

# Where a death leaves the most behind: between two things that belong together.
NAMES = (
    "webhook.before_insert",
    "webhook.after_insert",
    "projector.before_merge",
    "projector.after_merge",
    "projector.before_commit",
    "projector.after_commit",
    "read.after_get",
    "read.before_commit",
    "send.after_claim",
    "send.after_preflight",
    "send.before_mark_commits",
    "send.after_mark",
    "POST.after_first_byte",
    "POST.after_last_byte",
    "send.after_answer",
    "send.after_evidence",
    "send.after_record",
    "look.after_claim",
    "look.after_get",
    "sweep.between_state_and_evidence",
    "move.before_preflight_commits",
    "move.before_sending_commits",
    "move.before_accepted_commits",
    "move.before_checking_commits",
    "move.before_confirmed_commits",
    "move.before_unconfirmed_commits",
    "campaign.after_mark",
    "campaign.after_answer",
    "pause.after_mark",
    "pause.after_answer",
)


# Taken out of the environment, so that a program started from here does not die as well.
_armed = os.environ.pop(VARIABLE, "")
_signal = signal.Signals[f"SIG{os.environ.pop(SIGNAL_VARIABLE, 'KILL')}"]


def _kill_ourselves() -> None:
    global _armed
    _armed = ""
    # To this very thread: a STOP to the process is taken by any of them, and this one would go on for a moment.
    signal.pthread_kill(threading.get_ident(), _signal)


_die: Callable[[], None] = _kill_ourselves
if _armed and _armed not in NAMES:
    raise ValueError(f"{VARIABLE}: there is no crash point {_armed!r}")


def crash_point(name: str) -> None:
    """Die here, without a word to anybody, when this is the one that was asked for."""
    if name == _armed:
        _die()


def arm(name: str, die: Callable[[], None] = _kill_ourselves) -> None:
    """Die at this one from now on, or at none (""). `die`: another death, for a test that must outlive it."""
    global _armed, _die
    _armed, _die = name, die
