"""`manage.py` for people: what is missing is said in one sentence that names what to do, never by a traceback."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import Error

from console import database_words

_ROOT = Path(__file__).resolve().parent.parent
_DEMO = _ROOT / "var" / "demo.env"
# Who has set one of these works on something else than the demo, even if something is still missing.
_OWN = ("CONSOLE_SECRET_KEY", "ENGAGE_KEY_RING", "CONSOLE_DATABASE_URL", "CONSOLE_ORIGIN")
_INTERRUPTED = 130


def main(arguments: Sequence[str] = sys.argv) -> int:
    """Run one command; returns the exit status. Installed as `engage-console`, it is the same as `manage.py`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    if list(arguments[1:2]) == ["generate_key"]:
        # Before there are any settings: they want the key that it makes.
        _generate_key(arguments)
        return 0
    is_demo = _take_demo_settings()
    if list(arguments[1:2]) != ["worker"]:
        # It writes a line for every try; what is wrong is said once, at the end.
        logging.getLogger("psycopg.pool").addFilter(lambda line: False)
    try:
        execute_from_command_line(list(arguments))
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as error:
        sentence = _say(error)
        if not sentence or "--traceback" in arguments:
            raise
        print(f"{sentence}{'' if is_demo else _hint_at_demo(error)}", file=sys.stderr)
        return 1
    return 0


def _generate_key(arguments: Sequence[str]) -> None:
    from django.conf import settings

    from engage.management.commands.generate_key import Command

    settings.configure()
    Command().run_from_argv(list(arguments))


def _take_demo_settings() -> bool:
    """A checkout in which the demo was started, and nothing else set: its commands are about the demo."""
    is_ours = os.environ["DJANGO_SETTINGS_MODULE"] == "console.settings"
    if not is_ours or any(os.environ.get(name) for name in _OWN) or not _DEMO.exists():
        return False
    for line in _DEMO.read_text().splitlines():
        name, _, value = line.partition("=")
        os.environ[name] = value
    print(f"No settings are given, so the demo's are used ({_DEMO.relative_to(_ROOT)}).", file=sys.stderr)
    return True


def _hint_at_demo(error: Exception) -> str:
    if not isinstance(error, ImproperlyConfigured) or not _DEMO.exists():
        return ""
    given = next((name for name in _OWN if os.environ.get(name)), "")
    return f" The demo's settings are left alone, because {given} is set." if given else ""


def _say(error: Exception) -> str:
    """In words for whoever typed the command; empty for a fault of ours, which the traceback describes best."""
    # Imported late: it reads the settings, which may be what is wrong.
    from engage.vault import Unreadable

    match error:
        case ImproperlyConfigured():
            return f"{str(error).rstrip('.')}. README lists every setting."
        case Error():
            return database_words.explain(error)
        case Unreadable():
            return "ENGAGE_KEY_RING lacks the key that this database was written with: add it at the end of the ring."
        case OSError() if error.strerror:
            return f"{error.filename or 'The system'}: {error.strerror}."
        case _:
            return ""
