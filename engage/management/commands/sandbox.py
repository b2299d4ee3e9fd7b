import os
import sys
from typing import Any

from django.core.management.base import BaseCommand

from engage.models import Workspace
from engage.webhooks.addresses import webhook_url


class Command(BaseCommand):
    help = "Run the sandbox: an Engage-compatible platform on this machine, for the workspace that points to it."

    def handle(self, *args: Any, **options: Any) -> None:
        port = os.environ.get("SANDBOX_PORT", "8001")
        origin = f"http://127.0.0.1:{port}"
        settings = {**os.environ, "SANDBOX_PORT": port}
        workspace = Workspace.objects.filter(core_origin=origin).first()
        if workspace is not None:
            settings |= {
                "SANDBOX_API_KEY": workspace.api_key.reveal(),
                "SANDBOX_WEBHOOK_URL": webhook_url(workspace),
                "SANDBOX_ORG_ID": str(workspace.org_id),
                "SANDBOX_WORKSPACE_ID": str(workspace.workspace_id),
            }
        settings.pop("DJANGO_SETTINGS_MODULE", None)
        # A program of its own in our place: it shares no settings, tables or memory with the console.
        os.execve(sys.executable, [sys.executable, "-m", "engage.sandbox.server"], settings)
