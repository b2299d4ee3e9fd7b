import os
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError

from engage.models import Workspace
from engage.vault import Secret
from engage.webhooks.tokens import make_token

PASSWORD = "demo"
PEOPLE = (
    ("ada", "Ada", "Novak", "Agent"),
    ("ben", "Ben", "Okafor", "Agent"),
    ("sue", "Sue", "Lindqvist", "Supervisor"),
    ("admin", "Alex", "Admin", "Admin"),
)


class Command(BaseCommand):
    help = "Make the demo's people and its workspace, which points to the sandbox. Only where CONSOLE_DEMO=1."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("these sign-ins have a public password: they exist where CONSOLE_DEMO=1 only")
        for username, first_name, last_name, role in PEOPLE:
            _make_person(username, first_name, last_name, role)
        _make_workspace(f"http://127.0.0.1:{os.environ.get('SANDBOX_PORT', '8001')}")


def _make_person(username: str, first_name: str, last_name: str, role: str) -> None:
    user, is_new = User.objects.get_or_create(username=username)
    if is_new:
        user.first_name, user.last_name = first_name, last_name
        user.is_staff = user.is_superuser = role == "Admin"
        user.set_password(PASSWORD)
        user.save()
        user.groups.add(Group.objects.get(name=role))


def _make_workspace(sandbox: str) -> None:
    """The ports may be others than last time; the token, and so the address the sandbox calls, stays."""
    workspace = Workspace.objects.filter(name="Demo").first() or Workspace(name="Demo", org_id=1, workspace_id=14)
    workspace.core_origin = workspace.conversation_origin = workspace.widget_origin = sandbox
    workspace.api_key = Secret(os.environ["SANDBOX_API_KEY"])
    if not workspace.sealed_webhook_token:
        workspace.webhook_token = make_token()
    workspace.save()
