"""Production's settings with every logger at its loudest: whatever a library has to say, it says."""

from tests.browser.settings import *  # noqa: F403  # all of them, as they are
from tests.browser.settings import LOGGING

LOGGING = {
    **LOGGING,
    "root": {"handlers": ["stderr"], "level": "DEBUG"},
    # But for the one that would write whole pages: it is held at any level.
    "loggers": {
        "django.template": LOGGING["loggers"]["django.template"],
        **{
            name: {"level": "DEBUG", "propagate": True, "handlers": []}
            for name in ("urllib3", "requests", "django", "django.request", "django.security", "gunicorn", "allauth")
        },
    },
}
