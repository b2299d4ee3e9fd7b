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
from engage.mirror.reconcile import read_campaigns
from engage.models import Workspace
from engage.vault import Secret
from engage.webhooks.addresses import webhook_url
from engage.webhooks.tokens import make_token

_GIVEN = ("org_id", "workspace_id", "core_origin", "conversation_origin", "widget_origin", "sealed_api_key")


class Command(BaseCommand):
    help = """Connect an Engage account: check its API key by listing the campaigns, load them, print the webhook URL.
The key is read from ENGAGE_API_KEY, or else from standard input, so that it stays out of the shell's history.
Run again with the same name to change the key or the origins; the webhook address stays (renew_webhook_token)."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what people here call it")
        parser.add_argument("--org-id", type=int, required=True)
        parser.add_argument("--workspace-id", type=int, required=True)
        parser.add_argument("--core-origin", default=Origins.core, help="campaigns and lists (default %(default)s)")
        parser.add_argument("--conversation-origin", default=Origins.conversation, help="default %(default)s")
        parser.add_argument("--widget-origin", default=Origins.widget, help="default %(default)s")

    def handle(self, *args: Any, name: str, org_id: int, workspace_id: int, **options: Any) -> None:
        try:
            origins = Origins(options["core_origin"], options["conversation_origin"], options["widget_origin"])
        except ValueError as error:
            raise CommandError(str(error)) from None
        api_key = _read_api_key()
        workspace = Workspace.objects.filter(name=name).first() or Workspace(name=name, webhook_token_fingerprint="")
        workspace.org_id, workspace.workspace_id = org_id, workspace_id
        workspace.core_origin, workspace.conversation_origin = origins.core, origins.conversation
        workspace.widget_origin, workspace.api_key = origins.widget, api_key
        if not workspace.sealed_webhook_token:
            workspace.webhook_token = make_token()
        client = EngageClient(origins, api_key)
        self._check(client)
        is_new = workspace.pk is None
        with transaction.atomic():
            # What else a row holds may have been renewed while the platform was asked.
            workspace.save(update_fields=None if is_new else _GIVEN)
            witness.tell(
                "connected workspace" if is_new else "changed workspace",
                subject=name,
                org_id=org_id,
                workspace_id=workspace_id,
                core_origin=origins.core,
                conversation_origin=origins.conversation,
                widget_origin=origins.widget,
            )
        count = read_campaigns(workspace, client)
        self.stdout.write(f"Connected {name}: {count} campaigns.")
        self.stdout.write("Register this address at the platform for every webhook event, and keep it secret:")
        self.stdout.write(webhook_url(workspace))

    def _check(self, client: EngageClient) -> None:
        """Nothing is stored before the platform has accepted the key."""
        try:
            client.list_campaigns()
        except Unauthorized as error:
            raise CommandError(f"the platform refuses this API key ({error.status})") from None
        except EngageError as error:
            raise CommandError(f"the platform did not list the campaigns: {type(error).__name__} {error}") from None


def _read_api_key() -> Secret:
    key = os.environ.get("ENGAGE_API_KEY", "").strip()
    if not key:
        if sys.stdin.isatty():
            sys.stderr.write("API key: ")
            sys.stderr.flush()
        key = sys.stdin.readline().strip()
    if not key:
        raise CommandError("no API key: set ENGAGE_API_KEY or give it on standard input")
    return Secret(key)
