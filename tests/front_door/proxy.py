"""Debian's nginx with the site that deploy/ gives to operators: only addresses, ports and places of files are ours."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import time
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.browser.ring import _find_free_port
from tests.sandbox_process import ROOT
from tests.security.production import HOST

SITE = ROOT / "deploy" / "nginx"


def find_nginx() -> str:
    """Debian keeps it where only root's PATH looks."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not found and os.environ.get("CONSOLE_REQUIRE_ALL") != "1":
        pytest.skip("nginx is not installed")
    assert found, "nginx is not installed: apt-get install nginx-light"
    return found


def write_site(home: Path, *, web: int, plain: int, tls: int, upstream: str, named: str) -> None:
    """Every replacement must find its place: a site that has changed is not tested by luck."""
    behind = (SITE / upstream).read_text()
    site = (SITE / "console.conf").read_text()
    replacements = {
        "desk.example.com": HOST,
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen [::]:80;": "",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{tls} ssl http2;",
        "listen [::]:443 ssl http2;": "",
        "/etc/nginx/tls/": f"{home}/",
        "/var/log/nginx/": f"{home}/",
    }
    for written, ours in replacements.items():
        assert written in site, written
        site = site.replace(written, ours)
    assert named in behind
    (home / "upstream.conf").write_text(behind.replace(named, f"127.0.0.1:{web}"))
    (home / "console.conf").write_text(site)
    kept = "".join(f" {kind}_temp_path {home}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (home / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} daemon off; pid {home}/pid; events {{}}\n"
        f"http {{{kept} include {home}/upstream.conf; include {home}/console.conf; }}\n"
    )


def write_certificate(home: Path) -> None:
    """For this host name, by nobody, for a day."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (home / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    unsealed = serialization.NoEncryption()
    pkcs8 = serialization.PrivateFormat.PKCS8
    (home / "privkey.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, pkcs8, unsealed))


class Proxy:
    """`upstream` is the file that says where gunicorn listens, `named` the place in it that is ours instead."""

    def __init__(self, home: Path, web: int, *, upstream: str = "upstream.conf", named: str = "127.0.0.1:8000") -> None:
        self.home, self.plain, self.tls = home, _find_free_port(), _find_free_port()
        write_certificate(home)
        write_site(home, web=web, plain=self.plain, tls=self.tls, upstream=upstream, named=named)
        nginx = [find_nginx(), "-c", str(home / "nginx.conf"), "-e", str(home / "start.log")]
        subprocess.run([*nginx, "-t"], check=True, capture_output=True)
        self._process = subprocess.Popen(nginx)
        self._trusted = ssl.create_default_context(cafile=str(home / "fullchain.pem"))
        self._wait_until_up()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)

    @property
    def logs(self) -> str:
        return "".join(path.read_text() for path in self.home.glob("*.log"))

    def ask(
        self, method: str, path: str, body: bytes | None = None, *, tls: bool = True, **headers: str
    ) -> HTTPResponse:
        """The answer, of which only the head is read; its certificate was checked against the host's name."""
        sent = {"Host": HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
        connection = HTTPConnection("127.0.0.1", self.tls if tls else self.plain, timeout=40)
        connection.connect()
        if tls:
            connection.sock = self._trusted.wrap_socket(connection.sock, server_hostname=HOST)
        connection.request(method, path, body=body, headers=sent)
        return connection.getresponse()

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                self.ask("GET", "/healthz").read()
                return
            except OSError:
                assert self._process.poll() is None, self.logs
                assert time.monotonic() < deadline, self.logs
                time.sleep(0.1)
