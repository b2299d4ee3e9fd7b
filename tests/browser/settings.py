"""The console's settings as in production, but for where static files are collected and what makes tests slow."""

import os
from pathlib import Path

from console.settings import *  # noqa: F403  # all of them, as they are

STATIC_ROOT = Path(os.environ["RING_HOME"]) / "static"
# A good hash of a password is slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
