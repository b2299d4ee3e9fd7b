import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from engage import witness
from engage.api.client import EngageClient
from engage.api.errors import EngageError, Unauthorized
from engage.api.origins import Origins
from engage.management import connection_check
from engage.mirror.platform import client_for
from engage.mirror.reconcile import read_campaigns
from engage.models import Workspace
from engage.vault import Secret
from engage.webhooks.addresses import webhook_url
from engage.webhooks.tokens import make_token

_ORIGINS = ("core_origin", "conversation_origin", "widget_origin")
_NUMBERS = ("org_id", "workspace_id")
_LARGEST = 2**63 - 1


class Command(BaseCommand):
    help = """Connect an Engage account: check its API key by listing the campaigns, load them, print the webhook URL.
The key is read from ENGAGE_API_KEY, or else from standard input, so that it stays out of the shell's history.
Run again with the same name to change what you name, and nothing else; the webhook address stays
(renew_webhook_token). --check changes nothing: it reads from end to end, and exits 1 if something does not fit."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what people here call it")
        parser.add_argument("--org-id", type=int, help="required for a new one")
        parser.add_argument("--workspace-id", type=int, help="required for a new one")
        parser.add_argument("--core-origin", help=f"campaigns and lists (a new one: {Origins.core})")
        parser.add_argument("--conversation-origin", help=f"a new one: {Origins.conversation}")
        parser.add_argument("--widget-origin", help=f"a new one: {Origins.widget}")
        parser.add_argument("--check", action="store_true", dest="only_check", help="look at it; change nothing")

    def handle(self, *args: Any, name: str, only_check: bool, **options: Any) -> None:
        workspace = Workspace.objects.filter(name=name).first()
        named = {field: options[field] for field in (*_NUMBERS, *_ORIGINS) if options[field] is not None}
        if only_check:
            self._look(workspace, name, named)
            return
        is_new = workspace is None
        workspace = workspace or Workspace(name=name, webhook_token_fingerprint="")
        changed = self._set(workspace, named, is_new=is_new)
        client = client_for(workspace)
        _check_key(client)
        with transaction.atomic():
            # What else a row holds may have been renewed while the platform was asked.
            workspace.save(update_fields=None if is_new else changed)
            told = {field: getattr(workspace, field) for field in (*_NUMBERS, *_ORIGINS)}
            witness.tell("connected workspace" if is_new else "changed workspace", subject=name, **told)
        self.stdout.write(f"Connected {name}: {read_campaigns(workspace, client)}.")
        self.stdout.write("Register this address at the platform for every webhook event, and keep it secret:")
        self.stdout.write(webhook_url(workspace))
        self._show(workspace, client)

    def _look(self, workspace: Workspace | None, name: str, named: dict[str, Any]) -> None:
        if workspace is None:
            raise CommandError(f"no workspace is called {name}; see `manage.py webhook_url`")
        if named:
            raise CommandError("--check changes nothing: leave the other options out")
        if faults := self._show(workspace, client_for(workspace)):
            words = "1 thing does not fit" if faults == 1 else f"{faults} things do not fit"
            raise CommandError(words, returncode=1)

    def _set(self, workspace: Workspace, named: dict[str, Any], *, is_new: bool) -> list[str]:
        """Put what was named into the row; returns the fields that changed hands."""
        if is_new and not all(field in named for field in _NUMBERS):
            raise CommandError(f"no workspace is called {workspace.name} yet: a new one needs --org-id, --workspace-id")
        for field in _NUMBERS:
            if not 0 <= named.get(field, 0) <= _LARGEST:
                raise CommandError(f"--{field.replace('_', '-')} takes a number from 0 to {_LARGEST}")
        origins = {field: named.get(field, getattr(workspace, field)) for field in _ORIGINS}
        try:
            checked = Origins(*origins.values())
        except ValueError as error:
            raise CommandError(str(error)) from None
        spelled = dict(zip(_ORIGINS, (checked.core, checked.conversation, checked.widget), strict=True))
        for field in named:
            setattr(workspace, field, spelled.get(field, named[field]))
        changed = list(named)
        if key := _read_api_key(is_needed=is_new):
            workspace.api_key = key
            changed.append("sealed_api_key")
        if is_new:
            workspace.webhook_token = make_token()
        elif not changed:
            raise CommandError("nothing to change was named, and no API key given; --check looks at it as it is")
        return changed

    def _show(self, workspace: Workspace, client: EngageClient) -> int:
        """The check, line by line; returns how many of them are faults."""
        faults = 0
        self.stdout.write("\nCheck:")
        for line in connection_check.check(workspace, client):
            faults += line.is_fault
            self.stdout.write(f"  {'!' if line.is_fault or line.remedy else '-'} {line.words}.")
            if line.remedy:
                self.stdout.write(f"    To do: {line.remedy}.")
        return faults


def _check_key(client: EngageClient) -> None:
    """Nothing is stored before the platform has accepted the key."""
    try:
        client.list_campaigns()
    except Unauthorized as error:
        raise CommandError(f"the platform refuses this API key ({error.status})") from None
    except EngageError as error:
        raise CommandError(
            f"{client.origins.core} did not list the campaigns: {connection_check.in_words(error)}"
        ) from None


def _read_api_key(*, is_needed: bool) -> Secret | None:
    """From the environment, or from standard input; somebody at a terminal is asked only when there is none yet."""
    key = os.environ.get("ENGAGE_API_KEY", "").strip()
    if not key and sys.stdin.isatty() and is_needed:
        sys.stderr.write("API key: ")
        sys.stderr.flush()
        key = sys.stdin.readline().strip()
    elif not key and not sys.stdin.isatty():
        key = sys.stdin.readline().strip()
    if not key and is_needed:
        raise CommandError("no API key: set ENGAGE_API_KEY or give it on standard input")
    return Secret(key) if key else None
