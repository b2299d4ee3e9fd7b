"""B1: webhooks acknowledged per second, against the least that a Django view on the same server can do."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from statistics import median

from django.db import connection

from bench.figures import Figures, MeasureFailed
from bench.payloads import SAMPLE_BYTES
from bench.processes import ROOT, web_server
from bench.rows import WEBHOOK_PATH, empty_tables, make_workspace
from bench.sizes import Sizes
from engage.models import Delivery


def check_tools() -> None:
    if not shutil.which("wrk"):
        sys.exit("wrk, which B1 needs, is not installed. On Debian: apt-get install wrk")


def measure(sizes: Sizes) -> Figures:
    empty_tables()
    workspace = make_workspace()
    rates: list[tuple[float, float]] = []
    with web_server("bench.bare") as web:
        ours = f"http://127.0.0.1:{web.port}{WEBHOOK_PATH}"
        bare = f"http://127.0.0.1:{web.port}/bare/{workspace.pk}/"
        for url in (ours, bare):
            _load(url, sizes, seconds=2)
        for number in range(sizes.rounds):
            # Who goes first changes too.
            urls = (ours, bare) if number % 2 == 0 else (bare, ours)
            found = {url: _load(url, sizes, seconds=sizes.load_seconds) for url in urls}
            rates.append((found[ours], found[bare]))
    return {
        "per_s": round(median(rate for rate, _ in rates)),
        "floor_per_s": round(median(floor for _, floor in rates)),
        "ratio": round(median(rate / floor for rate, floor in rates), 3),
    }


def _load(url: str, sizes: Sizes, *, seconds: int) -> float:
    """Acknowledgements per second; every one of them must be a row."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE engage_delivery")
        cursor.execute("CHECKPOINT")
    with tempfile.NamedTemporaryFile() as body:
        body.write(SAMPLE_BYTES)
        body.flush()
        options = ["-t1", f"-c{sizes.load_connections}", f"-d{seconds}s", "-s", str(ROOT / "bench" / "post.lua")]
        finished = subprocess.run(["wrk", *options, url, "--", body.name], stdout=subprocess.PIPE, check=True)
    # What was under way when the load ended belongs to this run, not to the next one.
    time.sleep(1)
    found = json.loads(finished.stdout.splitlines()[-1])
    if found["refused"] or found["broken"]:
        raise MeasureFailed(f"{found['refused']} requests refused, {found['broken']} broken")
    stored = Delivery.objects.count()
    # What was under way at the end may be stored and not acknowledged, never the other way round.
    if not 0 <= stored - found["answers"] <= sizes.load_connections:
        raise MeasureFailed(f"{found['answers']} acknowledged, {stored} stored")
    return float(found["answers"] / found["seconds"])
