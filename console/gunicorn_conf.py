"""How gunicorn serves the console; `gunicorn -c console/gunicorn_conf.py console.wsgi`."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from typing import Any

from django.core.exceptions import ImproperlyConfigured

try:
    # Before any process is forked: what is missing is said once, in one sentence.
    from console import settings, web_lanes
except ImproperlyConfigured as error:
    sys.exit(f"The console does not start: {error}.")

bind = f"{settings.WEB_BIND}:{settings.PORT}"

worker_class = "console.web_worker.WebWorker"
workers = settings.WEB_PROCESSES
threads = settings.WEB_THREADS
worker_connections = web_lanes.most_connections(threads)
keepalive = 5
backlog = 2048

# The thread that accepts connections beats; a slow view or a long stream does not stop it.
timeout = 30
# Below honcho's patience of five seconds in the demo.
graceful_timeout = 3 if settings.DEMO else 8
# The heartbeat is a file: on a disk it could stall behind other writers.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# Each process opens its own database pool and live hub, after the fork.
preload_app = False

# No access log: its lines would hold webhook tokens. The proxy in front may count requests without their paths.
accesslog = None
errorlog = "-"
loglevel = "warning" if settings.DEMO else "info"
logger_class = "console.web_log.WebLogger"
# No proxy of ours says by a header where in the address the console begins: then nobody may.
forwarder_headers = ""
# Two consoles on one machine would fight over the one in the home directory.
control_socket_disable = True


if settings.METRICS_TOKEN:
    # The processes count into files of this directory, and whichever is asked adds them up. Named before the library
    # is imported, which looks once; a new one for each start, because old figures are wrong ones.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="console-metrics-")


def on_exit(server: Any) -> None:
    if directory := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(directory, ignore_errors=True)


def child_exit(server: Any, worker: Any) -> None:
    """A process that is gone holds no streams."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # not typed by the library


def post_worker_init(worker: Any) -> None:
    """Streams end with their process; each would hold up its stop until the graceful seconds are over."""
    from console.live import hub
    from engage import running

    running.announce()
    hub.stop_when(lambda: not worker.alive)
