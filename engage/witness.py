"""What an operator does to a workspace is told to whoever keeps a record of such things: a setting names a function."""

from __future__ import annotations

import getpass

from django.conf import settings
from django.utils.module_loading import import_string


def tell(action: str, *, subject: str = "", **details: object) -> None:
    """Inside the transaction that does it. `details` are plain values, never a secret."""
    if path := getattr(settings, "ENGAGE_WITNESS", ""):
        import_string(path)(action=action, subject=subject, details={**details, "operator": _name_operator()})


def tell_of(conversation: object, action: str, **details: object) -> None:
    """The console did it by itself, about a conversation. Inside the transaction that does it."""
    if path := getattr(settings, "ENGAGE_WITNESS", ""):
        said = {**details, "by": "the console"}
        import_string(path)(action=action, subject=str(conversation), details=said, conversation=conversation)


def _name_operator() -> str:
    """Whoever is signed in at the machine: the command line knows no other person."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        # A container may run under a number that has no name.
        return ""
