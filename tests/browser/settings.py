"""The console's settings as they are in production; only the collected static files lie in the ring's own directory."""

import os
from pathlib import Path

from console.settings import *  # noqa: F403  # all of them, as they are

STATIC_ROOT = Path(os.environ["RING_HOME"]) / "static"
