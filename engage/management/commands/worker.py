from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from engage import running, worker

_MOST_THREADS = 256


class Command(BaseCommand):
    help = "Apply webhooks, send commands and reconcile, until stopped. As many may run as there are machines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--threads", type=int, default=4, help="sends at the same time (default 4)")

    def handle(self, *args: Any, threads: int, **options: Any) -> None:
        if not 1 <= threads <= _MOST_THREADS:
            raise CommandError(f"--threads takes 1 to {_MOST_THREADS}")
        if _lacks_tables():
            raise CommandError("the database does not have all of its tables yet: run `manage.py migrate` first")
        running.announce()
        raise SystemExit(worker.run(dispatcher_threads=threads))


def _lacks_tables() -> bool:
    """A database that is away is another matter: the worker waits for it."""
    try:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except Error:
        return False
