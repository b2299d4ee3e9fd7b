"""The console's settings for tests: an environment of their own, and only what would make tests slow taken out."""

import os

for name in [name for name in os.environ if name.startswith(("CONSOLE_", "ENGAGE_", "SANDBOX_"))]:
    # A developer's environment decides nothing here, but for the database, which `bin/with-postgres` names, and the
    # account that contract tests speak to, and the limits that a test gives to a process which it starts.
    kept = ("CONSOLE_DATABASE_URL", "CONSOLE_REQUIRE_ALL", "CONSOLE_WEB_THREADS")
    if name not in kept and not name.startswith(("ENGAGE_CONTRACT_", "CONSOLE_STREAMS_PER_")):
        del os.environ[name]
os.environ["CONSOLE_SECRET_KEY"] = "for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz"
os.environ["ENGAGE_KEY_RING"] = "dGVzdHMtb25seS1rZXktMDEyMzQ1Njc4OWFiY2RlZiE="

from console.settings import *
from console.settings import STORAGES

# A good hash of a password is slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Static files straight from their sources: no test waits for, or trips over, an earlier `collectstatic`.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
