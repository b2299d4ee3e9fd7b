from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from console import env
from console.audit.models import AuditEntry
from tests.console.accounts.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider
from tests.console.accounts.steps import give_app
from tests.factories import make_user
from tests.html import parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings: Any) -> Iterator[IdentityProvider]:
    with IdentityProvider() as provider:
        app = {"provider_id": "sso", "name": "Acme", "client_id": CLIENT_ID, "secret": CLIENT_SECRET}
        apps = [app | {"settings": {"server_url": provider.url}}]
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": apps}}
        yield provider


def come_from_there(client: Client, query: str = "") -> HttpResponse:
    """Follow the link on the sign-in page, over the provider, back to where it sends the browser."""
    there = client.get(f"/sign-in/sso/{query}").headers["Location"]
    back = requests.get(there, allow_redirects=False, timeout=10).headers["Location"]
    return client.get(back.removeprefix("http://testserver"))


def words_after(client: Client, answer: HttpResponse) -> str:
    assert answer.headers["Location"] == "/sign-in/"
    return parse(client.get("/sign-in/").content).by_id("toast").text


def test_sign_in_page_offers_it_only_where_it_is_set_up(provider: IdentityProvider, settings: Any) -> None:
    offered = "Sign in with Acme"

    assert offered in parse(Client().get("/sign-in/").content).one("main").text
    settings.SOCIALACCOUNT_PROVIDERS = {}

    assert offered not in parse(Client().get("/sign-in/").content).one("main").text
    assert Client().get("/sign-in/sso/").status_code == 404
    assert Client().get("/sign-in/sso/callback/").status_code == 404


def test_known_address_comes_in(provider: IdentityProvider) -> None:
    ada = make_user(username="ada", email="Ada@Example.com")
    client = Client()

    answer = come_from_there(client, "?next=/%3Fqueue=mine")

    assert answer.headers["Location"] == "/?queue=mine"
    assert client.get("/").context["user"] == ada
    assert AuditEntry.objects.get(action="signed in").by == ada
    ada.refresh_from_db()
    assert ada.has_usable_password()
    assert not SocialToken.objects.exists()


def test_second_time_the_id_over_there_counts_and_no_claim(provider: IdentityProvider) -> None:
    ada = make_user(username="ada", email="ada@example.com")
    make_user(username="ben", email="ben@example.com")
    come_from_there(Client())
    provider.claims["email"] = "ben@example.com"
    client = Client()

    come_from_there(client)

    assert client.get("/").context["user"] == ada


@pytest.mark.parametrize("verified", [False, "false", None, 1.5])
def test_address_that_is_not_verified_over_there_proves_nothing(provider: IdentityProvider, verified: Any) -> None:
    make_user(username="ada", email="ada@example.com")
    provider.claims["email_verified"] = verified
    client = Client()

    answer = come_from_there(client)

    assert "Ask an admin" in words_after(client, answer)
    assert not SocialAccount.objects.exists()


def test_address_that_two_people_share_names_nobody(provider: IdentityProvider) -> None:
    make_user(username="ada", email="ada@example.com")
    make_user(username="ada2", email="ADA@example.com")
    client = Client()

    assert "Ask an admin" in words_after(client, come_from_there(client))


def test_user_name_counts_where_the_setting_says_so(provider: IdentityProvider, settings: Any) -> None:
    settings.OIDC_MATCH = "username"
    ada = make_user(username="ada")
    provider.claims = {"sub": "1001", "preferred_username": "ada"}
    client = Client()

    come_from_there(client)

    assert client.get("/").context["user"] == ada


def test_stranger_gets_no_account(provider: IdentityProvider) -> None:
    client = Client()

    answer = come_from_there(client)

    assert "Ask an admin" in words_after(client, answer)
    assert not User.objects.exists()


def test_stranger_becomes_an_agent_where_the_setting_says_so(provider: IdentityProvider, settings: Any) -> None:
    settings.OIDC_SIGN_UP = True
    provider.claims |= {"preferred_username": "ada", "given_name": "Ada", "groups": ["Admin"], "is_superuser": True}
    client = Client()

    answer = come_from_there(client)

    ada = User.objects.get()
    assert answer.headers["Location"] == "/"
    assert (ada.username, ada.first_name, ada.is_staff, ada.is_superuser) == ("ada", "Ada", False, False)
    assert [group.name for group in ada.groups.all()] == ["Agent"]
    assert not ada.has_usable_password()


@pytest.mark.parametrize("sign_up", [False, True])
def test_somebody_switched_off_does_not_come_back_this_way(
    provider: IdentityProvider, settings: Any, sign_up: bool
) -> None:
    settings.OIDC_SIGN_UP = sign_up
    make_user(username="ada", email="ada@example.com", is_active=False)
    client = Client()

    answer = come_from_there(client)

    assert "Ask an admin" in words_after(client, answer)
    assert User.objects.count() == 1


def test_somebody_switched_off_later_is_told(provider: IdentityProvider) -> None:
    make_user(username="ada", email="ada@example.com")
    come_from_there(Client())
    User.objects.update(is_active=False)
    client = Client()

    assert "switched off" in words_after(client, come_from_there(client))
    assert client.get("/").status_code == 302


def test_second_factor_is_asked_for_here_too(provider: IdentityProvider) -> None:
    give_app(make_user(username="ada", email="ada@example.com"))
    client = Client()

    assert come_from_there(client).headers["Location"] == "/sign-in/code/"
    assert client.get("/").status_code == 302


def test_claims_that_somebody_else_signed_are_refused(provider: IdentityProvider) -> None:
    make_user(username="ada", email="ada@example.com")
    provider.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    client = Client()

    answer = come_from_there(client)

    assert answer.status_code == 401
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "claims", [{"exp": 1}, {"iss": "https://elsewhere.example"}, {"aud": "another"}, {"sub": None}], ids=str
)
def test_claims_for_another_time_place_or_person_are_refused(provider: IdentityProvider, claims: Any) -> None:
    make_user(username="ada", email="ada@example.com")
    provider.claims |= claims
    client = Client()

    assert come_from_there(client).status_code == 401
    assert client.get("/").status_code == 302


def test_details_of_somebody_else_are_refused(provider: IdentityProvider) -> None:
    make_user(username="ada", email="ada@example.com")
    provider.userinfo = {"sub": "2002", "email": "ada@example.com", "email_verified": True}
    provider.claims = {"sub": "1001"}

    assert come_from_there(Client()).status_code == 401


def test_answer_that_nobody_asked_for_is_refused(provider: IdentityProvider) -> None:
    make_user(username="ada", email="ada@example.com")
    there = Client().get("/sign-in/sso/").headers["Location"]
    back = requests.get(there, allow_redirects=False, timeout=10).headers["Location"]
    victim = Client()

    answer = victim.get(back.removeprefix("http://testserver"))

    assert answer.status_code == 401
    assert victim.get("/").status_code == 302


def test_person_who_is_in_ties_no_other_identity_to_the_account(provider: IdentityProvider) -> None:
    ada = make_user(username="ada")
    client = Client()
    client.force_login(ada)

    come_from_there(client, "?process=connect")

    assert not SocialAccount.objects.exists()


def test_who_turns_back_over_there_is_told(provider: IdentityProvider) -> None:
    client = Client()
    there = client.get("/sign-in/sso/").headers["Location"]
    state = dict(part.split("=") for part in there.partition("?")[2].split("&"))["state"]

    answer = client.get(f"/sign-in/sso/callback/?error=access_denied&state={state}")

    assert answer.headers["Location"] == "/sign-in/sso/cancelled/"
    assert "did not sign in there" in words_after(client, client.get("/sign-in/sso/cancelled/"))


@pytest.mark.parametrize(
    ("address", "is_fine"),
    [
        ("https://id.example.com/", True),
        ("http://127.0.0.1:9000", True),
        ("http://id.example.com", False),
        ("id.example.com", False),
    ],
)
def test_issuer_over_plain_http_stops_the_start(monkeypatch: pytest.MonkeyPatch, address: str, is_fine: bool) -> None:
    monkeypatch.setenv("CONSOLE_OIDC_ISSUER", address)

    if is_fine:
        assert env.https_url("CONSOLE_OIDC_ISSUER") == address.rstrip("/")
    else:
        with pytest.raises(Exception, match="CONSOLE_OIDC_ISSUER"):
            env.https_url("CONSOLE_OIDC_ISSUER")
