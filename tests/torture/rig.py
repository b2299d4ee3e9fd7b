"""The ring for a torture: two workers that live fast, two web processes, and means to kill each of them."""

from __future__ import annotations

import itertools
import os
import random
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil

from tests.browser.ring import Part, Ring
from tests.torture.books import Books, wait_until
from tests.torture.nursery import Nursery, WarmWorker

# A process of web has loaded what it needs by then, even on a busy machine.
_SERVES_AFTER = 3.0
_ENDS_WITHIN = 300.0
# A workspace whose platform is nowhere: what is posted for it is all that is known of it.
_MAKE_WORKSPACE = """
from engage.models import Workspace
from engage.vault import Secret
from engage.webhooks.tokens import make_token
workspace = Workspace(name={name!r}, org_id=1, workspace_id=99)
workspace.core_origin = workspace.conversation_origin = workspace.widget_origin = "http://127.0.0.1:9"
workspace.api_key, workspace.webhook_token = Secret("none"), make_token()
workspace.save()
print(workspace.pk, workspace.webhook_token.reveal())
"""
_CHECK_MIRROR = """
import io
from django.core.management import CommandError, call_command
out = io.StringIO()
try:
    call_command("mirror_check", stdout=out)
except CommandError as error:
    print(out.getvalue() or error)
"""


class Rig(Ring):
    def __init__(self, *, pace: str = "steady", workers: int = 2, is_warm: bool = True, dialect: str = "") -> None:
        """`is_warm`: workers are forked by a program that has loaded what they need; else they start from nothing.

        `dialect`: how the platform speaks, from the first word on; see docs/sandbox.md.
        """
        super().__init__()
        self.dialect = dialect
        self.sandbox.set_environment(SANDBOX_DIALECT=dialect)
        self._environment |= {
            "CONSOLE_WEB_PROCESSES": "2",
            # Each open page holds one; when a process dies, all of them come to the other one.
            "CONSOLE_WEB_THREADS": "400",
            # All pages are one browser's here.
            "CONSOLE_STREAMS_PER_SESSION": "400",
            "CONSOLE_STREAMS_PER_ADDRESS": "400",
            "CONSOLE_RECONCILE_READS_PER_SECOND": "50",
            "CONSOLE_RECONCILE_CAMPAIGNS_EVERY": "5",
        }
        self._pace = pace
        self._nursery = Nursery(pace, self._environment, self.home / "nursery.log") if is_warm else None
        if self._nursery:
            self._exits.callback(self._nursery.end)
        self.workers = [self.make_worker(f"worker {number}") for number in range(workers)]
        self.worker = self.workers[0]
        self._programs = itertools.count()
        self._web_lock = threading.Lock()
        # Of whoever signed in first; the others use them too.
        self.cookies: dict[str, str] = {}
        # A program ends with the thread that started it, so all are started by one that stays.
        self._starter = ThreadPoolExecutor(1)
        self._exits.callback(self._starter.shutdown)

    def _start(self) -> None:
        super()._start()
        self.books = Books(self._environment["CONSOLE_DATABASE_URL"])
        for worker in self.workers[1:]:
            self._exits.callback(worker.kill)
            worker.start()

    def make_worker(self, name: str) -> Part:
        """Not started yet; what is started ends with the rig at the latest."""
        if not self._nursery:
            return self._part(name, ["-m", "tests.torture.worker", self._pace])
        return WarmWorker(name, self._nursery, self.home / f"{name}.log")

    @property
    def is_on_sqlite(self) -> bool:
        return self.books.is_sqlite

    def start(self, part: Part, **environment: str) -> None:
        self._starter.submit(part.start, **environment).result()

    def _run(self, program: str, **environment: str) -> str:
        """By a program that has loaded the product already, where there is one."""
        if environment or not self._nursery:
            return super()._run(program, **environment)
        log = self.home / f"program {next(self._programs)}.log"
        status = self._nursery.bear(log, {}, program).wait(_ENDS_WITHIN)
        assert status == 0, (self.home / "nursery.log").read_text()[-3000:]
        return log.read_text()

    # What can be done to it

    def kill_web_process(self) -> None:
        """One of those that serve; gunicorn starts another one. Newborns do nothing wrong."""
        with self._web_lock:
            children = psutil.Process(self.web.pid).children() if self.web.is_started else []
            # One that died a moment ago is dead enough.
            with suppress(psutil.NoSuchProcess):
                serving = [child for child in children if time.time() - child.create_time() > _SERVES_AFTER]
                if serving:
                    random.choice(serving).kill()

    def kill_web(self) -> None:
        """All of it, as when the machine loses power."""
        with self._web_lock:
            self.web.kill()
            self.start(self.web)

    def kill_worker(self) -> None:
        """One that has been at work: on a busy machine it takes a while to start, and newborns do nothing wrong."""
        worker = random.choice(self.workers)
        if worker.log.exists() and "worker started" in worker.take_log():
            worker.kill()
            self.start(worker)

    def restart_database(self, seconds_away: float = 1.0) -> None:
        """PostgreSQL stops without a word to anybody, is away for a while, and starts again."""
        home = self._cluster()
        started_as = shlex.split((home / "data" / "postmaster.opts").read_text())
        postgres, options = Path(started_as[0]), started_as[3:]
        owner = (home / "data").stat()

        def pg_ctl(*arguments: str) -> None:
            identity = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
            subprocess.run(
                [postgres.with_name("pg_ctl"), *arguments, "-w", "-D", "data"],
                cwd=home,
                check=True,
                capture_output=True,
                start_new_session=True,
                **identity,  # type: ignore[call-overload]  # keywords of one signature, gathered
            )

        pg_ctl("stop", "-m", "immediate")
        time.sleep(seconds_away)
        # A server that stays keeps our pipes open: its words go into its own log.
        pg_ctl("start", "-l", "server.log", "-o", shlex.join(options))

    def reload_web(self) -> None:
        """As a deploy does: new processes are started, the old ones finish what they have."""
        os.kill(self.web.pid, signal.SIGHUP)

    def mend(self) -> None:
        self.sandbox.clear_faults()
        for part in (self.web, *self.workers):
            part.check()
            if not part.is_started:
                self.start(part)
        self.wait_for_web()

    # What it holds

    def make_workspace(self, name: str) -> tuple[int, str]:
        """Its id, and the path that its webhooks go to."""
        number, token = self._run(_MAKE_WORKSPACE.format(name=name)).split()
        return int(number), f"/hooks/engage/{token}/"

    @contextmanager
    def workspace(self, name: str) -> Iterator[tuple[int, str]]:
        """One that is gone with the block, however it ends: what is nowhere cannot be compared with the platform."""
        number, path = self.make_workspace(name)
        try:
            yield number, path
        finally:
            self._run(f"from engage.models import Workspace; Workspace.objects.filter(pk={number}).delete()")

    def wait_until_projected(self, seconds: float = 120) -> bool:
        return wait_until(lambda: not self.books.count("engage_delivery", "state = 'pending'"), within=seconds)

    def find_differences(self) -> list[str]:
        """The whole mirror against the platform, as `manage.py mirror_check` tells them."""
        return self._run(_CHECK_MIRROR).splitlines()

    def wait_until_agreed(self, within: float) -> list[str]:
        """The differences that are left after so many seconds, or none before."""
        deadline = time.monotonic() + within
        while (left := self.find_differences()) and time.monotonic() < deadline:
            time.sleep(2)
        return left

    def migrate(self) -> None:
        self._run('from django.core.management import call_command; call_command("migrate", verbosity=0)')

    def megabytes(self) -> float:
        """Resident memory of web and workers together."""
        processes = [psutil.Process(part.pid) for part in (self.web, *self.workers)]
        family = [*processes, *psutil.Process(self.web.pid).children()]
        return sum(process.memory_info().rss for process in family) / 1e6

    def errors_in_logs(self, *words: str) -> list[str]:
        """Lines of web and workers that hold one of the words."""
        logs = [part.log for part in (self.web, *self.workers) if part.log.exists()]
        lines = (line for log in logs for line in log.read_text(errors="replace").splitlines())
        return [line for line in lines if any(word in line for word in words)]

    def _cluster(self) -> Path:
        """Where a throwaway cluster of bin/with-postgres lives."""
        host = parse_qs(urlsplit(self._environment["CONSOLE_DATABASE_URL"]).query)["host"][0]
        assert Path(host).name.startswith("console-pg-"), "this is not a throwaway cluster"
        return Path(host)
