"""Django's settings of the sandbox; it knows nothing of the console's."""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from engage.sandbox.options import options

# Signs nothing that outlives the process: there are no sessions and no accounts here.
SECRET_KEY = secrets.token_urlsafe(48)
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", urlsplit(options().public_origin).hostname or "localhost"]

INSTALLED_APPS = ["engage.sandbox.apps.SandboxConfig"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "engage.sandbox.guard.PageGuard"]
ROOT_URLCONF = "engage.sandbox.urls"
# The endpoints are spelled in the guides without a final slash.
APPEND_SLASH = False
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
STATIC_URL = "/static/"
STATIC_ROOT = Path(__file__).resolve().parent / "static"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": options().database,
        # One process and long-lived threads: each keeps its connection.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # Refused calls are part of the game; /sandbox/requests shows them.
        "django.request": {"level": "ERROR"},
        "urllib3": {"level": "ERROR"},
    },
}
