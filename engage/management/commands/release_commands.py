from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engage import models, witness
from engage.outbox import holding


class Command(BaseCommand):
    help = """Let held commands go: those named, or --all. What a look found at the platform is settled and not sent
again; what was not looked up yet stays held, unless --unseen says that you know better. --list only shows them."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ids", nargs="*", type=int, help="as shown by --list")
        parser.add_argument("--all", action="store_true", dest="everything")
        parser.add_argument("--list", action="store_true", dest="only_show")
        parser.add_argument("--unseen", action="store_true", help="also those that could not be looked up yet")

    def handle(
        self, *args: Any, ids: list[int], everything: bool, only_show: bool, unseen: bool, **options: Any
    ) -> None:
        held = models.Command.objects.filter(state=models.Command.State.HELD).order_by("id")
        chosen = held if everything or only_show else held.filter(id__in=ids)
        if not (everything or only_show or ids):
            raise CommandError("name commands by id, or say --all; --list shows them")
        if not unseen and not only_show:
            chosen = chosen.exclude(reason__in=holding.NOT_LOOKED_UP)
        if only_show:
            for command in chosen.iterator(chunk_size=500):
                self.stdout.write(
                    f"{command.pk}\t{command.kind}\t{command.created_at:%Y-%m-%d %H:%M}\t{command.reason}"
                )
        else:
            count = holding.release(chosen.values_list("id", flat=True))
            witness.tell("released commands", subject=f"{count} commands", everything=everything, unseen=unseen)
            self.stdout.write(f"{count} commands are released.")
        left = held.count()
        self.stdout.write(f"{left} commands are held.")
