"""What a lead's text says about consent. The rules, and the reason of each, are on the page docs/consent.md."""

from engage.sms.keywords.own_words import OwnWords
from engage.sms.keywords.reactions import Reaction, find_reaction
from engage.sms.keywords.reading import is_platform_start, is_platform_stop, may_ask_to_start, signal
from engage.sms.keywords.signals import Signal

__all__ = [
    "OwnWords",
    "Reaction",
    "Signal",
    "find_reaction",
    "is_platform_start",
    "is_platform_stop",
    "may_ask_to_start",
    "signal",
]
