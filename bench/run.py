"""Measures the console on the PostgreSQL that CONSOLE_DATABASE_URL names. `make bench` brings one of its own.

python bench/run.py                 everything; writes bench/results.json
python bench/run.py --quick         a minute of it, to see that it works
python bench/run.py --only B1 B3    some of it
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)

MEASURES = {
    "B1": "bench.acknowledging",
    "B2": "bench.projecting",
    "B3": "bench.watching",
    "B5": "bench.replying",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes; the figures mean little")
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES), metavar="MEASURE")
    options = parser.parse_args()
    # As an exception it unwinds through all that stops what was started.
    signal.signal(signal.SIGTERM, _stop)
    _prepare()
    from bench.acknowledging import check_tools
    from bench.figures import MeasureFailed, promises_kept
    from bench.sizes import FULL, QUICK

    if "B1" in options.only:
        check_tools()
    results: dict[str, Any] = {}
    for name in options.only:
        print(f"{name} …", file=sys.stderr, flush=True)
        try:
            results[name] = import_module(MEASURES[name]).measure(QUICK if options.quick else FULL)
        except MeasureFailed as failure:
            sys.exit(f"{name} could not be measured: {failure}")
        print(f"{name} {json.dumps(results[name])}", file=sys.stderr, flush=True)
    print("\n".join(promises_kept(results)))
    if not options.quick and list(results) == list(MEASURES):
        results["date"] = datetime.now(UTC).isoformat(timespec="seconds")
        results["machine"] = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
        (ROOT / "bench" / "results.json").write_text(json.dumps(results, indent=2) + "\n")


def _prepare() -> None:
    """An environment of our own, for us and all that we start; of the given one only the database counts."""
    url = os.environ.get("CONSOLE_DATABASE_URL", "")
    if not url.startswith("postgres"):
        sys.exit("Measured is on PostgreSQL: bin/with-postgres --durable python bench/run.py")
    for name in [name for name in os.environ if name.startswith(("CONSOLE_", "ENGAGE_", "SANDBOX_"))]:
        del os.environ[name]
    os.environ["CONSOLE_DATABASE_URL"] = url
    os.environ["CONSOLE_SECRET_KEY"] = "for-the-benchmark-only-0123456789-abcdefghijklmnopq"
    os.environ["ENGAGE_KEY_RING"] = "Zm9yLXRoZS1iZW5jaG1hcmstb25seS0wMTIzNDU2Nzg="
    os.environ["DJANGO_SETTINGS_MODULE"] = "console.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)


def _stop(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
