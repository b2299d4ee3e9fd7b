"""The console's settings and one more address: middleware, database and server are the same."""

from console.settings import *  # noqa: F403 - settings are extended by taking all of them

ROOT_URLCONF = "bench.bare_urls"
