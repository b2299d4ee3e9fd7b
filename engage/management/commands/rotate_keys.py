from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engage import witness
from engage.models.sealed import reseal_all
from engage.vault import Unreadable


class Command(BaseCommand):
    help = "Encrypt every stored secret under the first key of ENGAGE_KEY_RING. The others may be removed afterwards."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = reseal_all()
        except Unreadable as error:
            raise CommandError(f"{error}; put the key that was removed back at the end of the ring") from None
        witness.tell("rotated keys", secrets=count)
        self.stdout.write(f"{count} secrets are under the newest key.")
