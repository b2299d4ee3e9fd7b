from __future__ import annotations

import enum


class Signal(enum.Enum):
    """Between MAYBE_STOP and NONE, doubt goes to MAYBE_STOP; between START and MAYBE_START, to MAYBE_START."""

    STOP = "stop"
    """Locks the number at once."""
    START = "start"
    """Lifts the lead's own lock: the one word that the platform knows."""
    HELP = "help"
    MAYBE_STOP = "maybe_stop"
    """A person answers whether it is an opt-out."""
    MAYBE_START = "maybe_start"
    """UNSTOP and its like: the platform does not act on them, so they lift nothing."""
    REACTION = "reaction"
    """A phone's reaction, with a text of ours in quotes: its words are ours, if the thread holds them."""
    NONE = "none"
