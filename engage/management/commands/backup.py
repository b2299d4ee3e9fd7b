from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engage.backup import NoBackup, back_up
from engage.running import database_file


class Command(BaseCommand):
    help = """Copy the SQLite database into one file, while everything runs. The copy is checked and on disk when this
ends; an existing file is never replaced. It holds what people wrote, so keep it as safe as the database itself."""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        database = database_file()
        if database is None:
            raise CommandError("on PostgreSQL use pg_dump; see docs/operations.md")
        if not database.exists():
            raise CommandError(f"there is no database yet at {database}: `manage.py migrate` makes it")
        try:
            size = back_up(database, path.resolve())
        except FileExistsError:
            raise CommandError(f"{path} exists already, and is not replaced") from None
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}") from None
        except NoBackup as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{path}: {size} bytes, checked.")
