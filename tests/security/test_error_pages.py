"""Error pages cannot fail, whatever a request is made of: the right status, guarded, and one short line in the log."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.client import FakePayload

from console import errors
from console.logs import ShortRefusals
from console.wsgi import application
from tests.factories import make_user

pytestmark = pytest.mark.django_db

TYPES = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "x")
CHARSETS = ("utf-16", "latin-1", "hex", "rot13", "idna", "punycode", "zlib", "undefined", "utf-7", "\u00e9", "x" * 500)
BODY = b'--x\r\nContent-Disposition: form-data; name="a\xff"\r\n\r\n\xff\r\n--x--\r\n'
GUARDS = {
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Cache-Control",
}
PAGES: dict[str, Any] = {
    "400": errors.bad_request,
    "403": errors.permission_denied,
    "404": errors.not_found,
    "500": errors.server_error,
    "csrf": errors.csrf_failure,
}


def visitor() -> Client:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.get("/sign-in/")
    return client


def ask(method: str, path: str, **environ: Any) -> tuple[int, dict[str, str], str]:
    """As gunicorn asks; Django's own client makes requests of another kind."""
    given: list[Any] = []
    path, _, query = path.partition("?")
    body = {"wsgi.input": FakePayload(BODY), "CONTENT_LENGTH": str(len(BODY))}
    told = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query}
    answer = application(Client()._base_environ(**body, **told, **environ), lambda *args: given.extend(args))
    return int(given[0][:3]), dict(given[1]), b"".join(answer).decode()


@pytest.mark.parametrize("content_type", [*TYPES, "x" * 20_000])
@pytest.mark.parametrize("charset", CHARSETS)
def test_encoding_that_is_not_spoken_here_is_refused_on_a_guarded_page(content_type: str, charset: str) -> None:
    for method in ("POST", "GET"):
        for path in ("/sign-in/?next=%ff%fe", "/nothing/?a=%ff"):
            status, headers, page = ask(method, path, CONTENT_TYPE=f"{content_type}; charset={charset}")

            assert status == 400
            assert headers.keys() >= GUARDS
            assert "<h1>This request makes no sense</h1>" in page


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "us-ascii", '"utf-8"'])
def test_encoding_of_every_browser_is_taken_by_whatever_name(charset: str) -> None:
    assert ask("GET", "/nothing/", CONTENT_TYPE=f"text/plain; charset={charset}")[0] == 404


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", BODY),
        ("multipart/form-data; boundary=", BODY),
        ("multipart/form-data; boundary=\u00e9", BODY),
        ("multipart/form-data; boundary=" + "x" * 300, BODY),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=a; filename=b\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--x--"),
        ("application/x-www-form-urlencoded", b"&".join(b"a=%ff" for _ in range(3000))),
        ("application/x-www-form-urlencoded", b"a=" + b"x" * 3_000_000),
        ("", b"\x00\xff"),
    ],
)
@pytest.mark.parametrize("path", ["/sign-in/", "/nothing/"])
def test_form_that_is_none_is_refused_and_never_a_fault_of_ours(path: str, content_type: str, body: bytes) -> None:
    answer = visitor().generic("POST", path, body, content_type=content_type)

    assert 400 <= answer.status_code < 500
    assert answer.headers.keys() >= GUARDS


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_HOST": "elsewhere.example"},
        {"HTTP_HOST": "a b\x00"},
        {"HTTP_COOKIE": "sessionid=\xff\x00; csrftoken=\xff; browser=:::; \x01"},
        {"HTTP_COOKIE": "sessionid=" + "x" * 20_000},
        {"HTTP_REFERER": "https://[", "HTTP_ORIGIN": "https://["},
        {"HTTP_ACCEPT_LANGUAGE": "\xff" * 600, "HTTP_HX_CURRENT_URL": "https://["},
        {"HTTP_X_FORWARDED_FOR": ",,,[", "HTTP_X_FORWARDED_PROTO": "\xff"},
        {"CONTENT_LENGTH": "x"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_odd_headers_are_no_fault_of_ours(method: str, headers: dict[str, Any]) -> None:
    for path in ("/sign-in/", "/nothing/", "/live/poll/"):
        answer = visitor().generic(method, path, **headers)

        assert answer.status_code < 500
        assert answer.headers.keys() >= GUARDS


@pytest.mark.parametrize("name", PAGES)
def test_page_is_drawn_for_a_request_that_is_good_for_nothing(name: str) -> None:
    class Broken(HttpRequest):
        def __getattribute__(self, attribute: str) -> Any:
            raise LookupError(attribute)

    page = PAGES[name](Broken())

    assert page.status_code == int(name if name.isdigit() else 403)
    assert "<h1>" in page.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_page_says_something_where_not_even_its_template_can_be_drawn(settings: Any, name: str) -> None:
    settings.TEMPLATES = []

    page = PAGES[name](RequestFactory().get("/"))

    assert page.status_code == int(name if name.isdigit() else 403)
    assert page.content


def test_page_keeps_its_bar_for_who_is_signed_in(client: Client) -> None:
    ada: User = make_user(username="ada")
    client.force_login(ada)

    assert 'class="rail"' in client.get("/nothing/").content.decode()


def test_refusal_is_one_short_line_in_the_log() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(ShortRefusals())
    logger = logging.getLogger("django")
    logger.addHandler(handler)

    ask("POST", "/sign-in/", CONTENT_TYPE="application/x-www-form-urlencoded; charset=utf-16")
    logger.removeHandler(handler)

    assert written.getvalue().count("\n") == 1
    assert len(written.getvalue()) < 300
    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["refusals"]
