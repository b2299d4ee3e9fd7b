"""Every command that deploy/Dockerfile and deploy/compose.yaml name does what it is there for, on a plain Debian."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import requests

from tests.browser.ring import _find_free_port
from tests.front_door.containers import COMPOSE, Image, read_services
from tests.front_door.proxy import Proxy, find_nginx
from tests.security.production import HOST

SERVICES = read_services()
GRACE_SECONDS = 15


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    if os.geteuid() != 0:
        pytest.skip("an image is built by root")
    image = Image(tmp_path_factory.mktemp("image"))
    image.build()
    return image


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """An empty one: of our own on the PostgreSQL that is named, as in compose.yaml, or a file."""
    server = os.environ.get("CONSOLE_DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield f"sqlite:///{tmp_path / 'console.sqlite3'}"
        return
    name = f"compose_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield urlsplit(server)._replace(path=f"/{name}").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Services:
    """What `docker compose up` starts from our own image, with the environment that compose.yaml gives."""

    def __init__(self, image: Image, database_url: str, home: Path) -> None:
        self.port, self.log, self._image = _find_free_port(), home / "log", image
        self._started: list[subprocess.Popen[bytes]] = []
        by_file = {
            "CONSOLE_SECRET_KEY": secrets.token_urlsafe(48),
            "ENGAGE_KEY_RING": "dGVzdHMtb25seS1rZXktMDEyMzQ1Njc4OWFiY2RlZiE=",
            "CONSOLE_ORIGIN": f"https://{HOST}",
        }
        ours = {"CONSOLE_DATABASE_URL": database_url, "PORT": str(self.port), "CONSOLE_BIND": "127.0.0.1"}
        self.environment = by_file | SERVICES["web"]["environment"] | ours | {"CONSOLE_WEB_PROCESSES": "1"}

    def start(self, name: str) -> subprocess.Popen[bytes]:
        command = SERVICES[name].get("command", self._image.command)
        self._started.append(self._image.start(command, self.log, **self.environment))
        return self._started[-1]

    def is_healthy(self, name: str) -> bool:
        kind, *command = SERVICES[name]["healthcheck"]["test"]
        assert kind == "CMD"
        here = [word.replace(":8000/", f":{self.port}/") for word in command]
        return self._image.start(here, self.log, **self.environment).wait(timeout=30) == 0

    def wait_until(self, is_so: Callable[[], bool], seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while not is_so():
            assert all(part.poll() in (None, 0) for part in self._started), self.log.read_text()[-3000:]
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.5)

    def kill(self) -> None:
        for part in self._started:
            part.kill()
            part.wait()


@pytest.fixture
def services(image: Image, database_url: str, tmp_path: Path) -> Iterator[Services]:
    services = Services(image, database_url, tmp_path)
    yield services
    services.kill()


@pytest.mark.whole
@pytest.mark.both_databases
def test_release_web_and_worker_start_in_turn_are_ready_and_stop_in_time(services: Services, tmp_path: Path) -> None:
    assert services.start("release").wait(timeout=120) == 0, services.log.read_text()

    web = services.start("web")
    services.wait_until(lambda: services.is_healthy("web"))
    worker = services.start("worker")
    address = f"http://127.0.0.1:{services.port}"
    services.wait_until(lambda: requests.get(f"{address}/readyz", timeout=20).status_code == 200)
    proxy = Proxy(tmp_path, web=services.port, upstream="upstream-compose.conf", named="web:8000")
    page = proxy.ask("GET", "/sign-in/").read()
    proxy.stop()

    assert b"/static/css/" in page
    style = page.split(b"/static/css/")[1].split(b'"')[0].decode()
    host = {"Host": HOST, "X-Forwarded-Proto": "https"}
    assert requests.get(f"{address}/static/css/{style}", headers=host, timeout=20).status_code == 200
    for part in (worker, web):
        part.send_signal(signal.SIGTERM)
        assert part.wait(timeout=GRACE_SECONDS) == 0


@pytest.mark.whole
def test_health_of_web_is_bad_while_nothing_listens(services: Services) -> None:
    assert not services.is_healthy("web")


@pytest.mark.whole
@pytest.mark.both_databases
def test_health_of_the_database_is_asked_as_debian_understands_it() -> None:
    server = os.environ.get("CONSOLE_DATABASE_URL", "")
    if not server.startswith("postgres"):
        return
    kind, program, *options = SERVICES["db"]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "pg_isready")
    place = {"PGHOST": parse_qs(urlsplit(server).query)["host"][0]}

    done = subprocess.run([shutil.which(program) or program, *options], env=os.environ | place, check=False)

    assert done.returncode == 0


@pytest.mark.whole
def test_nginx_takes_its_command_with_the_files_that_are_mounted(tmp_path: Path) -> None:
    mounts = dict(volume.split(":")[:2] for volume in SERVICES["nginx"]["volumes"])
    into = {"./nginx/console.conf": "console.conf", "./nginx/upstream-compose.conf": "upstream.conf"}
    assert {source: Path(target).name for source, target in mounts.items() if source != "./tls"} == into
    assert all((COMPOSE.parent / source).is_file() for source in into)
    assert mounts["./tls"] == "/etc/nginx/tls"
    program, *options = SERVICES["nginx"]["command"]
    assert program == "nginx"
    proxy = Proxy(tmp_path, web=1, upstream="upstream-compose.conf", named="web:8000")
    proxy.stop()

    # The site's directory stands for the image's: it has no `daemon off` of its own there.
    configuration = (tmp_path / "nginx.conf").read_text().replace("daemon off;", "")
    (tmp_path / "nginx.conf").write_text(configuration)
    started = subprocess.Popen([find_nginx(), "-c", tmp_path / "nginx.conf", "-e", tmp_path / "start.log", *options])
    time.sleep(1)
    is_running = started.poll() is None
    started.terminate()

    assert is_running
    assert started.wait(timeout=20) == 0


def test_nothing_in_compose_runs_that_no_test_runs() -> None:
    commands = {name for name, service in SERVICES.items() if "command" in service}
    checks = {name for name, service in SERVICES.items() if "healthcheck" in service}

    assert set(SERVICES) == {"db", "release", "web", "worker", "nginx"}
    assert commands == {"release", "worker", "nginx"}
    assert checks == {"db", "web"}
