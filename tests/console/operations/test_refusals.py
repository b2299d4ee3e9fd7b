"""What a person reads when the surroundings are wrong: what was seen, what to set, and a way back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db
ORIGIN = "https://desk.example"


@pytest.fixture(autouse=True)
def at_https(settings: Any) -> None:
    settings.ORIGIN = ORIGIN
    settings.ALLOWED_HOSTS = ["desk.example"]
    settings.CSRF_TRUSTED_ORIGINS = [ORIGIN]
    settings.SECURE_SSL_REDIRECT = True
    settings.BEHIND_PROXY = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def ask(path: str = "/sign-in/", *, host: str = "desk.example", proto: str | None = "https", **more: Any) -> Any:
    headers = {"Host": host, "Accept": "text/html"} | ({"X-Forwarded-Proto": proto} if proto is not None else {})
    return Client().get(path, headers=headers | more)


def post(**headers: str) -> Any:
    sent = {"Host": "desk.example", "X-Forwarded-Proto": "https"} | headers
    return Client(enforce_csrf_checks=True).post("/sign-in/", {}, headers=sent)


def words_of(answer: Any) -> str:
    page = answer.content.decode()
    assert 'href="/"' in page
    return page


@pytest.mark.parametrize("host", ["other.example", "desk.example.evil.example", "10.0.0.9:8000"])
def test_host_that_is_not_ours_is_told_what_to_set(host: str) -> None:
    answer = ask(host=host)

    assert answer.status_code == 400
    assert "does not answer by the name it was asked by" in words_of(answer)
    assert host not in words_of(answer)
    assert f"Open {ORIGIN}" in words_of(answer)
    assert "CONSOLE_ALLOWED_HOSTS" in words_of(answer)


@pytest.mark.parametrize(("proto", "seen"), [(None, "It says nothing."), ("HTTPS", "HTTPS"), ("on", "on")])
def test_proxy_that_does_not_say_https_is_no_endless_redirect(proto: str | None, seen: str) -> None:
    answer = ask(proto=proto)

    assert answer.status_code == 400
    assert "X-Forwarded-Proto: https" in words_of(answer)
    assert seen in words_of(answer)


def test_who_comes_by_http_is_still_led_to_https() -> None:
    answer = ask(proto="http")

    assert (answer.status_code, answer.headers["Location"]) == (301, f"{ORIGIN}/sign-in/")
    assert ask(proto="https,http").status_code == 200


def test_proxy_that_says_nothing_and_is_not_named_is_no_endless_redirect(settings: Any) -> None:
    """It takes https and passes on http: what follows the redirect comes by http again."""
    settings.BEHIND_PROXY, settings.SECURE_PROXY_SSL_HEADER = False, None
    browser, headers = Client(), {"Host": "desk.example"}

    first = browser.get("/sign-in/", headers=headers)
    second = browser.get("/sign-in/", headers=headers)

    assert (first.status_code, first.headers["Location"]) == (301, f"{ORIGIN}/sign-in/")
    assert second.status_code == 400
    assert "CONSOLE_BEHIND_PROXY has to be set to 1" in words_of(second)
    assert "no-store" in first.headers["Cache-Control"]
    assert "no-store" in second.headers["Cache-Control"]


def test_browser_that_speaks_https_is_told_at_once_that_it_arrives_by_http(settings: Any) -> None:
    settings.BEHIND_PROXY, settings.SECURE_PROXY_SSL_HEADER = False, None

    assert ask(proto=None, **{"Sec-Fetch-Mode": "navigate"}).status_code == 400


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "desk.localhost"])
def test_browser_on_this_machine_is_led_to_https_all_the_same(settings: Any, host: str) -> None:
    settings.BEHIND_PROXY, settings.SECURE_PROXY_SSL_HEADER = False, None
    settings.ALLOWED_HOSTS = ["*"]

    assert ask(host=host, proto=None, **{"Sec-Fetch-Mode": "navigate"}).status_code == 301


def test_proxy_that_is_not_trusted_is_told_by_its_setting(settings: Any) -> None:
    settings.BEHIND_PROXY, settings.SECURE_PROXY_SSL_HEADER = False, None

    assert "CONSOLE_BEHIND_PROXY is not set to 1" in words_of(ask())


def test_hidden_origin_is_told_by_the_header_that_hides_it() -> None:
    answer = post(Origin="null")

    assert answer.status_code == 403
    assert "Referrer-Policy: no-referrer" in words_of(answer)


def test_form_from_another_address_is_told_the_right_one() -> None:
    answer = post(Origin="https://console.example")

    assert "opened at https://console.example" in words_of(answer)
    assert f"reached at {ORIGIN}" in words_of(answer)
    assert "CONSOLE_ORIGIN" in words_of(answer)


def test_form_without_a_cookie_is_told_so() -> None:
    assert "sent no cookie" in words_of(post(Origin=ORIGIN))


def test_what_was_seen_is_text_and_no_markup() -> None:
    assert "<b>" not in words_of(post(Origin="<b>x</b>"))


def test_address_that_takes_no_get_is_a_page_with_a_way_back() -> None:
    client = Client()
    client.force_login(make_user())

    sent = {"Host": "desk.example", "X-Forwarded-Proto": "https", "Accept": "text/html"}
    answer = client.get("/sign-out/", headers=sent)

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "use the form" in words_of(answer)
    assert not client.get("/sign-out/", headers=sent | {"HX-Request": "true"}).content
