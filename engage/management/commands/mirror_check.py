from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engage.api.errors import EngageError
from engage.mirror.check import find_differences
from engage.models import Workspace


class Command(BaseCommand):
    help = "Compare the whole mirror with the platform and print every difference; exit status 1 if there is any."

    def handle(self, *args: Any, **options: Any) -> None:
        if not Workspace.objects.exists():
            raise CommandError("no workspace is connected yet; see `manage.py connect_workspace --help`")
        count = 0
        try:
            for difference in find_differences():
                count += 1
                self.stdout.write(difference)
        except EngageError as error:
            raise CommandError(f"the platform could not be compared with: {type(error).__name__} {error}") from None
        if count:
            raise CommandError(f"{count} differences", returncode=1)
        self.stdout.write("The mirror and the platform agree.")
