"""The nginx site of deploy/ in front of the console, over TLS: streams at once, webhooks whole, clients told apart."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.front_door.proxy import Proxy
from tests.security.production import HOST, Production, Visitor, manage, running

pytestmark = pytest.mark.whole

_TELL = """
from engage.models import Change, Conversation
conversation = Conversation.objects.get()
Change.objects.create(conversation_id=conversation.pk, campaign_id=conversation.campaign_id)
"""


@pytest.fixture(scope="module")
def production() -> Iterator[Production]:
    with running() as production:
        yield production


@pytest.fixture(scope="module")
def proxy(production: Production, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    proxy = Proxy(tmp_path_factory.mktemp("nginx"), web=production.port)
    yield proxy
    proxy.stop()


@pytest.fixture(scope="module")
def sue(production: Production) -> Visitor:
    return production.visitor().sign_in("sue")


def cookies_of(visitor: Visitor) -> str:
    return "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())


def webhook_path(production: Production) -> str:
    said = manage("webhook_url", environment=production.environment).stdout
    return "/hooks/engage/" + said.split("/hooks/engage/")[1].split()[0]


def count_deliveries(production: Production) -> int:
    connection = sqlite3.connect(production.database)
    (count,) = connection.execute("SELECT count(*) FROM engage_delivery").fetchone()
    connection.close()
    return int(count)


def test_https_is_told_to_the_console_and_http_is_led_to_it(proxy: Proxy) -> None:
    page = proxy.ask("GET", "/sign-in/")
    led = proxy.ask("GET", "/sign-in/?next=/", tls=False)

    assert page.status == 200
    assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
    assert (led.status, led.headers["Location"]) == (301, f"https://{HOST}/sign-in/?next=/")


def test_client_that_claims_https_over_http_is_led_away_all_the_same(proxy: Proxy) -> None:
    assert proxy.ask("GET", "/sign-in/", tls=False, X_Forwarded_Proto="https").status == 301


def test_trail_holds_the_address_that_nginx_saw_and_not_what_a_client_claims(
    proxy: Proxy, production: Production, sue: Visitor
) -> None:
    root = production.visitor().sign_in("root")
    token = root.get("/admin/auth/group/add/").text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    body = f"csrfmiddlewaretoken={token}&name=Night+shift".encode()

    answer = proxy.ask(
        "POST",
        "/admin/auth/group/add/",
        body,
        Cookie=cookies_of(root),
        Origin=f"https://{HOST}",
        Content_Type="application/x-www-form-urlencoded",
        X_Forwarded_For="198.51.100.99",
    )

    assert answer.status == 302, answer.read()[:500]
    connection = sqlite3.connect(production.database)
    (address,) = connection.execute("SELECT address FROM audit_auditentry ORDER BY id DESC LIMIT 1").fetchone()
    connection.close()
    assert address == "127.0.0.1"


def test_stream_brings_what_changed_while_it_stays_open(proxy: Proxy, production: Production, sue: Visitor) -> None:
    stream = proxy.ask("GET", "/live/stream/?queue=open", Cookie=cookies_of(sue), Accept="text/event-stream")
    assert stream.status == 200
    first = stream.fp.readline()

    manage("shell", "--verbosity", "0", "--command", _TELL, environment=production.environment)
    told_at = time.monotonic()
    while b"conversation-" not in (line := stream.fp.readline()):
        assert line, "The stream ended"
    waited = time.monotonic() - told_at

    stream.close()
    assert first
    # A buffer of nginx would have held it until sixteen such events had come, or the stream was over.
    assert waited < 5


def test_webhook_is_stored_whether_it_has_a_length_or_comes_in_chunks(proxy: Proxy, production: Production) -> None:
    path, before = webhook_path(production), count_deliveries(production)
    body = json.dumps({"event": "nothing we know"}).encode()

    whole = proxy.ask("POST", path, body, Content_Type="application/json")
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    in_chunks = proxy.ask("POST", path, chunks, Transfer_Encoding="chunked", Content_Type="application/json")

    assert (whole.status, in_chunks.status) == (204, 204)
    assert count_deliveries(production) == before + 2


def test_webhook_that_is_too_large_is_refused_by_the_console_itself(proxy: Proxy, production: Production) -> None:
    before = count_deliveries(production)

    answer = proxy.ask("POST", webhook_path(production), b" " * (1024 * 1024 + 1))

    assert answer.status == 413
    assert count_deliveries(production) == before


def test_webhook_in_the_clear_is_refused(proxy: Proxy, production: Production) -> None:
    before = count_deliveries(production)

    answer = proxy.ask("POST", webhook_path(production), b"{}", tls=False)

    assert (answer.status, count_deliveries(production)) == (403, before)


def test_metrics_are_not_there_from_outside(proxy: Proxy) -> None:
    assert proxy.ask("GET", "/metrics").status == 404


def test_large_lead_list_reaches_the_console_and_a_large_form_elsewhere_does_not(proxy: Proxy, sue: Visitor) -> None:
    body, cookie = b"x" * (5 * 1024 * 1024), cookies_of(sue)

    to_lists = proxy.ask("POST", "/campaigns/1/lists/files/", body, Cookie=cookie)
    elsewhere = proxy.ask("POST", "/sign-in/", body, Cookie=cookie)

    # The console's own refusal, of a form without its token; nginx has no such page.
    assert to_lists.status == 403
    assert b"nginx" not in to_lists.read()
    assert elsewhere.status == 413


def test_no_log_of_nginx_holds_a_token_even_when_the_console_is_down(
    proxy: Proxy, production: Production, tmp_path: Path
) -> None:
    path = webhook_path(production)
    token = path.split("/")[3]
    silent = Proxy(tmp_path, web=1)

    down = silent.ask("POST", path, b"{}").status
    page = silent.ask("GET", "/sign-in/").status
    proxy.ask("POST", path, b"{}").read()
    silent.stop()

    assert (down, page) == (502, 502)
    assert "/sign-in/" in silent.logs
    assert token not in silent.logs + proxy.logs
