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
