from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engage.api.errors import EngageError
from engage.mirror.platform import client_for
from engage.mirror.reading import read_conversation
from engage.mirror.reconcile import read_campaigns
from engage.models import Conversation, Workspace


class Command(BaseCommand):
    help = "Read every campaign and open conversation from the platform now, and fill what the mirror lacks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", dest="everything", help="closed and opted-out ones, too")

    def handle(self, *args: Any, everything: bool, **options: Any) -> None:
        workspaces = Workspace.objects.order_by("name")
        if not workspaces:
            raise CommandError("no workspace is connected yet; see `manage.py connect_workspace --help`")
        for workspace in workspaces:
            client = client_for(workspace)
            try:
                campaigns = read_campaigns(workspace, client)
            except EngageError as error:
                self.stderr.write(f"{workspace.name}: the campaigns could not be read: {type(error).__name__} {error}")
                continue
            conversations = Conversation.objects.filter(workspace=workspace).select_related("lead").order_by("pk")
            read = failed = 0
            for conversation in (conversations if everything else conversations.open()).iterator(chunk_size=200):
                try:
                    read_conversation(conversation, client)
                    read += 1
                except EngageError as error:
                    failed += 1
                    self.stderr.write(f"conversation {conversation.pk}: {type(error).__name__} {error}")
            self.stdout.write(f"{workspace.name}: {campaigns}; {read} conversations read, {failed} failed.")
