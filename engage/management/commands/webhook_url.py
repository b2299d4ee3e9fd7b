from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engage.models import Workspace
from engage.webhooks.addresses import webhook_url


class Command(BaseCommand):
    help = "Print the webhook address of each workspace. Keep it secret: it is all that vouches for a webhook."

    def handle(self, *args: Any, **options: Any) -> None:
        workspaces = Workspace.objects.order_by("name")
        if not workspaces:
            raise CommandError("no workspace is connected yet; see `manage.py connect_workspace --help`")
        for workspace in workspaces:
            self.stdout.write(f"{workspace.name}: {webhook_url(workspace)}")
