"""Holds every promise under fire and prints one line for each: `make torture`.

python -m tests.torture                    everything, within 20 minutes; exit status 1 when a promise is broken
python -m tests.torture --quick            small sizes, to see that it works
python -m tests.torture --only P5 P12      some of it
python -m tests.torture --only P5 P6 P7 --minutes 20    some of it, for as long as its whole size takes
python -m tests.torture --mixed            what is tortured in the mixed dialect, and nothing else
python -m tests.torture --table FILE       writes the rows of the table in docs/reliability.md as well

The database is the PostgreSQL that CONSOLE_DATABASE_URL names; without one it is SQLite. P11 takes both.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType


def main() -> int:
    # As an exception it unwinds through all that stops what was started.
    signal.signal(signal.SIGTERM, _stop)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from tests.torture.plan import FULL, PROMISES, QUICK, run_all

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes; the figures mean little")
    parser.add_argument("--only", nargs="+", choices=PROMISES, default=PROMISES, metavar="PROMISE")
    parser.add_argument("--minutes", type=float, help="for what is wanted, instead of its share of the 20")
    parser.add_argument("--mixed", action="store_true", help="only in the mixed dialect")
    parser.add_argument("--table", type=Path, help="a file for the rows of a table")
    options = parser.parse_args()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine}", flush=True)
    findings = []
    seconds = options.minutes * 60 if options.minutes else None
    sizes = QUICK if options.quick else FULL
    for finding in run_all(frozenset(options.only), sizes, seconds=seconds, only_mixed=options.mixed):
        print(finding.line(), flush=True)
        findings.append(finding)
    findings.sort(key=lambda finding: int(finding.promise[1:]))
    if options.table:
        options.table.write_text("\n".join(finding.row() for finding in findings) + "\n")
    broken = [finding.promise for finding in findings if not finding.is_kept]
    print(f"\nBROKEN: {', '.join(broken)}" if broken else f"\nAll {len(findings)} kept.")
    return 1 if broken else 0


def _stop(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
