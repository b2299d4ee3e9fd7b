from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories import make_user
from tests.html import parse

pytestmark = pytest.mark.django_db


def test_right_password_leads_to_the_inbox() -> None:
    make_user(username="ada", password="open sesame")
    client = Client()

    response = client.post("/sign-in/", {"username": "ada", "password": "open sesame"})

    assert response.status_code == 302
    assert response.headers["Location"] == "/"
    assert client.get("/").status_code == 200


def test_sign_in_leads_back_to_where_one_wanted_to_go() -> None:
    make_user(username="ada", password="open sesame")

    response = Client().post("/sign-in/", {"username": "ada", "password": "open sesame", "next": "/?queue=mine"})

    assert response.headers["Location"] == "/?queue=mine"


def test_sign_in_never_leads_to_another_site() -> None:
    make_user(username="ada", password="open sesame")

    response = Client().post("/sign-in/", {"username": "ada", "password": "open sesame", "next": "//elsewhere.test/"})

    assert response.headers["Location"] == "/"


SECURE = {"secure": True, "HTTP_HOST": "console.test"}


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://console.test/phish",
        "https://other.test/phish",
        "//other.test/phish",
        "https://console.test:8443/phish",
        "https://console.test@elsewhere.test/",
        "ftp://console.test/",
        "javascript:alert(1)",
        "https:console.test",
        "///elsewhere.test",
        "/\\elsewhere.test",
        "\x00//elsewhere.test",
        "https://[elsewhere",
    ],
)
def test_sign_in_never_leaves_the_origin_that_the_browser_is_at(settings: Any, elsewhere: str) -> None:
    settings.ALLOWED_HOSTS = ["console.test", "other.test"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://console.test", "https://other.test"]
    make_user(username="ada", password="open sesame")
    form = {"username": "ada", "password": "open sesame", "next": elsewhere}

    response = Client().post("/sign-in/", form, **SECURE)

    assert response.headers["Location"] == "/"


@pytest.mark.parametrize("here", ["/campaigns/?show=active", "https://console.test/campaigns/", "campaigns/"])
def test_sign_in_leads_to_any_page_of_this_origin(settings: Any, here: str) -> None:
    settings.ALLOWED_HOSTS = ["console.test"]
    make_user(username="ada", password="open sesame")

    response = Client().post("/sign-in/", {"username": "ada", "password": "open sesame", "next": here}, **SECURE)

    assert response.headers["Location"] == here


def test_who_is_signed_in_already_is_not_led_elsewhere_either(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["console.test", "other.test"]
    client = Client()
    client.force_login(make_user(username="ada"))

    response = client.get("/sign-in/?next=http://other.test/phish", **SECURE)

    assert response.status_code == 302
    assert response.headers["Location"] == "/"


def test_wrong_password_is_refused_in_words() -> None:
    make_user(username="ada")

    response = Client().post("/sign-in/", {"username": "ada", "password": "wrong"})

    assert response.status_code == 422
    assert "do not match" in parse(response.content).text


def test_switched_off_account_cannot_sign_in() -> None:
    make_user(username="ada", password="open sesame", is_active=False)

    response = Client().post("/sign-in/", {"username": "ada", "password": "open sesame"})

    assert response.status_code == 422


def test_sign_out_ends_the_session_and_clears_what_the_browser_kept() -> None:
    client = Client()
    client.force_login(make_user())

    response = client.post("/sign-out/")

    assert response.headers["Location"] == "/sign-in/"
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/").status_code == 302


def test_sign_out_by_a_mere_link_is_not_possible() -> None:
    client = Client()
    client.force_login(make_user())

    assert client.get("/sign-out/").status_code == 405
    assert client.get("/").status_code == 200


def test_password_is_changed_by_who_knows_it() -> None:
    ada = make_user(password="open sesame")
    client = Client()
    client.force_login(ada)
    new = "four plain words here"

    fields = {"old_password": "open sesame", "new_password1": new, "new_password2": new}
    response = client.post("/password/", fields)

    ada.refresh_from_db()
    assert response.headers["Location"] == "/password/changed/"
    assert ada.check_password(new)
    assert client.get("/password/changed/").status_code == 200


@pytest.mark.parametrize(
    ("old", "new"), [("wrong", "four plain words here"), ("open sesame", "short"), ("open sesame", "password1234")]
)
def test_password_is_not_changed_on_a_wrong_or_weak_one(old: str, new: str) -> None:
    ada = make_user(password="open sesame")
    client = Client()
    client.force_login(ada)

    response = client.post("/password/", {"old_password": old, "new_password1": new, "new_password2": new})

    ada.refresh_from_db()
    assert response.status_code == 422
    assert ada.check_password("open sesame")


def test_password_page_is_for_who_signed_in() -> None:
    assert Client().get("/password/").headers["Location"] == "/sign-in/?next=/password/"
    assert Client().get("/password/changed/").headers["Location"] == "/sign-in/?next=/password/changed/"
