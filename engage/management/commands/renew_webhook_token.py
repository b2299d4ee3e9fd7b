from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.timezone import localtime

from engage import witness
from engage.models import Workspace
from engage.webhooks import renewal
from engage.webhooks.addresses import webhook_url
from engage.webhooks.tokens import REMEMBERED_FOR

_LONGEST_HOURS = 31 * 24


class Command(BaseCommand):
    help = """Renew the secret in a workspace's webhook address, as after a leak. The old address goes on working for
a day, or for as long as --keep-old says, so that nothing is lost until the new one is registered at the platform.
Run again with --status to see by which address webhooks come, and with --end-old to refuse the old one."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="as given to connect_workspace")
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--keep-old", type=int, default=24, metavar="HOURS", help="default %(default)s; 0: not at all"
        )
        what.add_argument("--end-old", action="store_true", help="refuse the old address from now on; renew nothing")
        what.add_argument("--status", action="store_true", help="count what came by either address; change nothing")

    def handle(self, *args: Any, name: str, keep_old: int, end_old: bool, status: bool, **options: Any) -> None:
        workspace = Workspace.objects.filter(name=name).first()
        if workspace is None:
            raise CommandError(f"no workspace is called {name}; see `manage.py webhook_url`")
        if status or end_old:
            if workspace.webhook_token_renewed_at is None:
                raise CommandError(f"the webhook token of {name} was never renewed")
            if end_old:
                self._end_old(workspace)
            self._show(workspace)
            return
        if not 0 <= keep_old <= _LONGEST_HOURS:
            raise CommandError(f"--keep-old takes 0 to {_LONGEST_HOURS} hours")
        self._renew(workspace, keep_old)

    def _renew(self, workspace: Workspace, keep_old: int) -> None:
        try:
            with transaction.atomic():
                renewal.renew_token(workspace=workspace, keep_old=timedelta(hours=keep_old))
                witness.tell("renewed webhook token", subject=workspace.name, old_kept_for_hours=keep_old)
        except renewal.StillAccepted:
            words = "the token before this one is still accepted, and only one old one can be: end it with --end-old"
            raise CommandError(words) from None
        self.stdout.write(f"The webhook token of {workspace.name} is renewed.")
        self.stdout.write("Register this address at the platform for every webhook event, and keep it secret:")
        self.stdout.write(webhook_url(workspace))
        self._say_until(workspace)
        command = f"manage.py renew_webhook_token '{workspace.name}'"
        self.stdout.write(f"`{command} --status` counts what comes by either; `{command} --end-old` ends the old one.")

    def _end_old(self, workspace: Workspace) -> None:
        with transaction.atomic():
            if not renewal.end_old_token(workspace=workspace):
                raise CommandError(f"no old webhook token of {workspace.name} is accepted any more")
            witness.tell("ended old webhook token", subject=workspace.name)
        workspace.refresh_from_db()

    def _show(self, workspace: Workspace) -> None:
        new, old = renewal.count_use(workspace)
        self.stdout.write(f"Since {_say(workspace.webhook_token_renewed_at)} there came")
        self.stdout.write(f"  by the new address: {new.count} webhooks, the last one {_say(new.last_at)}")
        self.stdout.write(f"  by the old address: {old.count} webhooks, the last one {_say(old.last_at)}")
        if loads := renewal.count_loads_by_old(workspace):
            self.stdout.write(f"{loads} uploaded lists are still to be answered for, by the old address.")
        self._say_until(workspace)

    def _say_until(self, workspace: Workspace) -> None:
        if workspace.takes_old_webhook_token:
            self.stdout.write(f"The old address works until {_say(workspace.old_webhook_token_until)}.")
        else:
            self.stdout.write(f"The old address is refused, by every process within {REMEMBERED_FOR:.0f} seconds.")


def _say(moment: datetime | None) -> str:
    return localtime(moment).strftime("%Y-%m-%d %H:%M:%S %Z") if moment else "never"
