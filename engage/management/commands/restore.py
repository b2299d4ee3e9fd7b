from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from engage.backup import NoBackup, restore
from engage.running import Alone, InUse, database_file


class Command(BaseCommand):
    help = """Put a backup made by `backup` in the place of the SQLite database, which is kept beside it. Stop web and
worker first. Afterwards run migrate and start them: whatever waits to be sent is held until somebody releases it."""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        database = database_file()
        if database is None:
            raise CommandError("on PostgreSQL use pg_restore; see docs/operations.md")
        if not path.is_file():
            raise CommandError(f"there is no file {path}")
        try:
            with Alone(database):
                old = restore(path.resolve(), database, now=timezone.now())
        except InUse:
            raise CommandError("web or worker is running on this database: stop them first") from None
        except OSError as error:
            raise CommandError(f"{database} cannot be replaced: {error.strerror}") from None
        except NoBackup as error:
            raise CommandError(str(error)) from None
        if old is not None:
            self.stdout.write(f"The database that was here is now {old}.")
        self.stdout.write("Restored. Run `manage.py migrate`, then start web and worker.")
        self.stdout.write(
            "The worker holds what waits to be sent and looks it up; `manage.py release_commands` lets it go."
        )
