from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from engage import witness
from engage.outbox import holding


class Command(BaseCommand):
    help = """Hold back whatever waits to be sent, until `release_commands`. After a database was restored by other
means than `restore`, and with no worker running, add --restored: each is then looked up at the platform first."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--restored", action="store_true", help="what was under way, too; stop the workers first")

    def handle(self, *args: Any, restored: bool, **options: Any) -> None:
        with transaction.atomic():
            count = holding.hold_restored() if restored else holding.hold_waiting()
            witness.tell("held commands", subject=f"{count} commands", restored=restored)
        self.stdout.write(f"{count} commands are held.")
