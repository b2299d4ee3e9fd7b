from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from engage import running, worker


class Command(BaseCommand):
    help = "Apply webhooks, send commands and reconcile, until stopped. As many may run as there are machines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--threads", type=int, default=4, help="sends at the same time (default 4)")

    def handle(self, *args: Any, threads: int, **options: Any) -> None:
        running.announce()
        raise SystemExit(worker.run(dispatcher_threads=threads))
