"""Nothing leaks, nothing is let through. `make torture` shows the promises at full count."""

import os

IS_FULL = "TORTURE_EXAMPLES" in os.environ
