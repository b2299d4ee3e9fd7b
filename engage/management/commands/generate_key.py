import secrets
from argparse import ArgumentParser
from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand

_SECRET_BYTES = 48


class Command(BaseCommand):
    help = """Print a new key for ENGAGE_KEY_RING. Put it first, keep the old ones behind it, then run rotate_keys.
With --secret: a new value for CONSOLE_SECRET_KEY. Works before anything is set."""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--secret", action="store_true", help="a value for CONSOLE_SECRET_KEY instead")

    def handle(self, *args: Any, secret: bool, **options: Any) -> None:
        self.stdout.write(secrets.token_urlsafe(_SECRET_BYTES) if secret else Fernet.generate_key().decode())
