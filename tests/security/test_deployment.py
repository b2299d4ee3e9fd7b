"""The list that a deployment is checked by, on production's settings: real processes, real headers."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.ring import ROOT
from tests.security.production import BY_HTTPS, HOST, Production, manage, production_environment, running

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "manifest-src 'self'",
}
# What an error page may not tell: where we live, what we are made of, what we asked the database.
TELLTALE = re.compile(
    r"Traceback|OperationalError|no such table|SELECT |sqlite|postgres|\.py\b|/site-packages|Django|gunicorn|"
    rf"SECRET|urlconf|DEBUG|{re.escape(str(Path(__file__).parents[2]))}",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def production() -> Iterator[Production]:
    with running() as production:
        yield production


def words_of(page: Any) -> str:
    """Without the addresses of its scripts and sheets: that htmx is among them is no secret."""
    return re.sub(r'"/static/[^"]*"', "", page.text)


def assert_guarded(answer: Any) -> None:
    """What every answer carries, a page, a refusal or an error."""
    headers = answer.headers
    assert set(headers["Content-Security-Policy"].split("; ")) == POLICY
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert "no-store" in headers["Cache-Control"]
    assert not re.search(r"\d", headers.get("Server", ""))
    assert "X-Powered-By" not in headers


# The settings


def test_deployment_check_of_django_and_ours_finds_nothing(tmp_path: Path) -> None:
    environment = production_environment(tmp_path) | {"DJANGO_SETTINGS_MODULE": "console.settings"}

    done = manage("check", "--deploy", "--fail-level", "WARNING", environment=environment, check=False)

    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CONSOLE_SECRET_KEY", ""),
        ("ENGAGE_KEY_RING", ""),
        ("CONSOLE_DEBUG", "perhaps"),
        ("CONSOLE_SESSION_HOURS", "0"),
        ("CONSOLE_SESSION_IDLE_MINUTES", "4"),
        ("CONSOLE_DATABASE_URL", "mysql://console"),
    ],
)
def test_start_without_a_setting_or_with_nonsense_is_refused_by_name(name: str, value: str, tmp_path: Path) -> None:
    done = manage("check", environment=production_environment(tmp_path) | {name: value}, check=False)

    assert done.returncode != 0
    assert name in done.stderr
    # One sentence, which an operator can act on.
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("command", [("check",), ("migrate", "--check"), ("demo",)])
def test_demo_with_its_public_password_does_not_start_where_people_come_by_https(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    done = manage(*command, environment=production_environment(tmp_path, CONSOLE_DEMO="1"), check=False)

    assert done.returncode != 0
    assert f"CONSOLE_DEMO is set, but people reach this console at https://{HOST}" in done.stderr
    assert not (tmp_path / "console.sqlite3").exists()


def test_web_of_a_demo_does_not_start_either(tmp_path: Path) -> None:
    environment = production_environment(tmp_path, CONSOLE_DEMO="1", PORT="18000")

    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "console/gunicorn_conf.py", "console.wsgi"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode != 0
    assert "CONSOLE_DEMO is set" in done.stderr


def test_debug_is_off_and_warned_of_when_it_is_on(tmp_path: Path) -> None:
    show = "from django.conf import settings; print(settings.DEBUG, settings.DEMO, settings.SESSION_COOKIE_HTTPONLY)"
    environment = production_environment(tmp_path)

    settings = manage("shell", "--verbosity", "0", "--command", show, environment=environment).stdout.split()
    warned = manage(
        "check", "--deploy", "--fail-level", "WARNING", environment=environment | {"CONSOLE_DEBUG": "1"}, check=False
    )

    assert settings == ["False", "False", "True"]
    assert warned.returncode != 0
    assert "security.W018" in warned.stderr


# The headers


def test_every_kind_of_answer_carries_the_headers(production: Production) -> None:
    nobody, sue = production.visitor(), production.visitor().sign_in("sue")
    root = production.visitor().sign_in("root")

    answers = {
        "sign-in": (nobody.get("/sign-in/"), 200),
        "way to it": (nobody.get("/campaigns/"), 302),
        "stream of nobody": (nobody.get("/live/stream/"), 401),
        "wrong hook": (nobody.ask("POST", "/hooks/engage/no-such-token/", data=b"{}"), 404),
        "inbox": (sue.get("/"), 200),
        "conversation": (sue.get("/conversations/1/"), 200),
        "part of it": (sue.get("/conversations/1/", headers={"HX-Request": "true"}), 200),
        "campaigns": (sue.get("/campaigns/"), 200),
        "not there": (sue.get("/no-such-page/"), 404),
        "not hers": (sue.get("/conversations/999999/"), 404),
        "not with GET": (sue.get("/conversations/1/claim/"), 405),
        "without a token": (sue.ask("POST", "/conversations/1/claim/"), 403),
        "admin": (root.get("/admin/"), 200),
    }

    for name, (answer, status) in answers.items():
        assert answer.status_code == status, name
        assert "no-store" in answer.headers.get("Cache-Control", ""), name
        assert_guarded(answer)


def test_stream_may_be_kept_by_nobody(production: Production) -> None:
    sue = production.visitor().sign_in("sue")

    with sue.get("/live/stream/?queue=open", stream=True) as answer:
        assert_guarded(answer)
        assert answer.headers["X-Accel-Buffering"] == "no"


def test_static_files_are_guarded_too_and_nothing_else_lies_beside_them(production: Production) -> None:
    page = production.visitor().get("/sign-in/").text
    sheets = re.findall(r'"(/static/css/[^"]+)"', page)

    answer = production.visitor().get(sheets[0])

    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    for path in ("/static/", "/static/css/", "/static/../console/settings.py", "/static/..%2f..%2fmanage.py", "/.git/"):
        assert production.visitor().get(path).status_code in (400, 404), path


def test_cookies_are_for_this_host_for_https_and_for_no_script(production: Production) -> None:
    sue = production.visitor().sign_in("sue")

    kept = {line.split("=", 1)[0]: line for line in sue.said}
    assert {"__Host-sessionid", "__Host-csrftoken"} <= set(kept)
    for line in kept.values():
        flags = {flag.strip().lower() for flag in line.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= flags, line
        assert "domain" not in line.lower()


def test_sign_in_makes_a_new_session_and_sign_out_ends_it(production: Production) -> None:
    sue = production.visitor().sign_in("sue")
    first = sue.cookies["__Host-sessionid"]

    sue.sign_in("sue") if sue.get("/sign-in/").status_code == 200 else sue.post("/sign-out/", {})

    after = sue.cookies.get("__Host-sessionid")
    assert after != first
    thief = production.visitor()
    thief.cookies["__Host-sessionid"] = first
    assert thief.get("/").headers["Location"].startswith("/sign-in/")


# Who is asked, and by which way


def test_plain_http_is_led_to_https(production: Production) -> None:
    answer = production.visitor().get("/sign-in/?next=/", headers={"X-Forwarded-Proto": "http"})

    assert answer.status_code in (301, 308)
    assert answer.headers["Location"] == f"https://{HOST}/sign-in/?next=/"
    assert "Set-Cookie" not in answer.headers


def test_proxy_that_does_not_say_how_people_came_is_no_endless_redirect(production: Production) -> None:
    answer = production.visitor().get("/sign-in/", headers={"X-Forwarded-Proto": None})

    assert answer.status_code == 400
    assert "X-Forwarded-Proto" in answer.text


@pytest.mark.parametrize("host", ["evil.example", f"{HOST}.evil.example", "127.0.0.1", f"{HOST}:80@evil.example"])
def test_request_for_another_host_is_refused_without_a_word(host: str, production: Production) -> None:
    answer = production.visitor().get("/sign-in/", headers={"Host": host})

    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert not TELLTALE.search(answer.text.replace("Bad Request", ""))


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override"])
def test_header_of_the_sender_changes_no_address(header: str, production: Production) -> None:
    answer = production.visitor().get("/campaigns/", headers={header: "evil.example"})

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in/?next=/campaigns/"


def test_form_posted_from_another_site_is_refused(production: Production) -> None:
    sue = production.visitor().sign_in("sue")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', sue.get("/password/").text)
    assert token

    fields = {"csrfmiddlewaretoken": token[1]}
    answer = sue.ask("POST", "/conversations/1/claim/", headers={"Origin": "https://evil.example"}, data=fields)

    assert answer.status_code == 403


# Errors


def test_error_page_tells_nothing_and_the_log_tells_it_all(production: Production) -> None:
    sue = production.visitor().sign_in("sue")

    with production.without_table("inbox_assignment"):
        pages = [sue.get("/"), sue.get("/conversations/1/"), sue.get("/", headers={"HX-Request": "true"})]

    for page in pages:
        assert page.status_code == 500
        assert_guarded(page)
        assert not TELLTALE.search(words_of(page)), TELLTALE.search(words_of(page))
    assert "no such table" in production.log


@pytest.mark.parametrize("path", ["/no-such-page/", "/conversations/999999/", "/people/2.css", "/admin/no-such-table/"])
def test_page_that_is_not_there_tells_nothing(path: str, production: Production) -> None:
    sue = production.visitor().sign_in("sue")

    page = sue.get(path, headers=BY_HTTPS)

    assert page.status_code in (302, 403, 404)
    assert not TELLTALE.search(words_of(page)), TELLTALE.search(words_of(page))


def test_webhook_that_cannot_be_stored_tells_nothing(production: Production) -> None:
    with production.without_table("engage_workspace"):
        answer = production.visitor().ask("POST", "/hooks/engage/unheard-of-token/", data=b"{}")

    assert (answer.status_code, answer.text) == (503, "")
    assert "unheard-of-token" not in production.log


def test_request_that_is_no_request_is_refused_without_a_word(production: Production) -> None:
    for path in ("/%", "/" + "x" * 9000, "/?q=%00", "/conversations/1/?before=%ff"):
        answer = production.visitor().get(path)

        assert answer.status_code < 500, path
        assert not TELLTALE.search(re.sub(r"Limit.*", "", answer.text)), path
