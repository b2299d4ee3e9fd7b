from __future__ import annotations

from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver

from console.audit.models import AuditEntry
from tests.console.accounts.steps import (
    PASSWORD,
    add_app,
    code_for,
    confirm,
    give_app,
    give_passkey,
    give_recovery_codes,
    sign_in,
    sign_in_ada,
    types_of,
)
from tests.factories import make_user
from tests.html import parse

pytestmark = pytest.mark.django_db

PAGES = sorted(
    "/" + str(pattern.pattern).replace("<int:pk>", "1")
    for part in get_resolver().url_patterns
    for pattern in getattr(part, "url_patterns", ())
    if str(pattern.pattern).startswith("security/")
)


@pytest.mark.parametrize("path", PAGES)
def test_page_is_for_who_signed_in(path: str) -> None:
    for answer in (Client().get(path), Client().post(path)):
        assert answer.status_code in (302, 405)
        # One that only takes forms is nothing to come back to.
        page = "/security/" if path == "/security/sessions/end/" and answer.status_code == 302 else path
        assert answer.status_code == 405 or answer.headers["Location"] == f"/sign-in/?next={page}"


@pytest.mark.parametrize(
    "path", ["app/removal/", "codes/new/", "passkeys/", "passkeys/{passkey}/", "passkeys/{passkey}/removal/"]
)
def test_page_that_changes_a_factor_asks_who_is_there(path: str) -> None:
    client = sign_in_ada()
    ada = client.get("/security/").context["user"]
    give_app(ada)
    path = "/security/" + path.format(passkey=give_passkey(ada))

    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/security/confirmation/?next=")


def test_adding_an_app_asks_who_is_there() -> None:
    assert sign_in_ada().get("/security/app/").headers["Location"].startswith("/security/confirmation/?next=")


def test_passkey_of_somebody_else_does_not_exist() -> None:
    client, ben = sign_in_ada(), make_user()
    confirm(client)

    for page in ("", "removal/"):
        assert client.get(f"/security/passkeys/{give_passkey(ben)}/{page}").status_code == 404


def test_passkey_is_renamed() -> None:
    client = sign_in_ada()
    passkey = give_passkey(client.get("/security/").context["user"])
    confirm(client)

    client.post(f"/security/passkeys/{passkey}/", {"name": "Work laptop"})

    assert "Work laptop" in parse(client.get("/security/").content).by_id("passkeys").text


def test_app_is_added_and_then_asked_for() -> None:
    client = sign_in_ada()
    confirm(client)

    secret = add_app(client)
    codes = parse(client.get("/security/codes/").content).one("ol", class_="codes").every("code")
    client.post("/sign-out/")
    step = sign_in(client, "ada", HTTP_USER_AGENT="")
    before = client.get("/").status_code
    wrong = client.post("/sign-in/code/", {"code": "000000"})
    right = client.post("/sign-in/code/", {"code": codes[0].text})

    assert len(codes) == 10
    assert step.headers["Location"] == "/sign-in/code/"
    assert (before, wrong.status_code, right.headers["Location"]) == (302, 422, "/")
    assert client.get("/").status_code == 200
    assert secret not in str(Authenticator.objects.values_list("data", flat=True))


@pytest.mark.parametrize("seconds", [1, 31, 55])
def test_right_code_signs_in_once(seconds: int) -> None:
    ada = make_user(username="ada", password=PASSWORD)
    secret = give_app(ada)
    first, second = Client(), Client()
    with time_machine.travel("2026-11-21T12:00:01Z", tick=False) as clock:
        code = code_for(secret)
        answers = []
        for client in (first, second):
            sign_in(client, "ada")
            answers.append(client.post("/sign-in/code/", {"code": code}).status_code)
            clock.shift(seconds)

        assert answers == [302, 422]
        assert [client.get("/").status_code for client in (first, second)] == [200, 302]


def test_code_leads_to_where_one_wanted_to_go() -> None:
    secret = give_app(make_user(username="ada", password=PASSWORD))
    client = Client()
    client.post("/sign-in/", {"username": "ada", "password": PASSWORD, "next": "/?queue=mine"})

    answer = client.post("/sign-in/code/", {"code": code_for(secret)})

    assert answer.headers["Location"] == "/?queue=mine"


def test_codes_cannot_be_guessed() -> None:
    give_app(make_user(username="ada", password=PASSWORD))
    client = Client()
    sign_in(client, "ada")

    answers = [client.post("/sign-in/code/", {"code": f"{number:06}"}) for number in range(7)]

    assert "Too many tries" in parse(answers[-1].content).one("main").text
    assert AuditEntry.objects.filter(action="gave a wrong second factor", subject="ada").count() <= 5


def test_recovery_code_counts_once() -> None:
    ada = make_user(username="ada", password=PASSWORD)
    give_app(ada)
    code = give_recovery_codes(ada)[0]
    answers = []
    for _ in range(2):
        client = Client()
        sign_in(client, "ada")
        answers.append(client.post("/sign-in/code/", {"code": code}).status_code)

    assert answers == [302, 422]


def test_recovery_codes_are_shown_once() -> None:
    client = sign_in_ada()
    confirm(client)
    add_app(client)

    pages = [parse(client.get("/security/codes/").content) for _ in range(2)]

    assert [len(page.every("ol", class_="codes")) for page in pages] == [1, 0]


def test_second_factor_holds_for_the_admin_too() -> None:
    give_app(make_user(username="alex", password=PASSWORD, is_staff=True, is_superuser=True))
    client = Client()

    step = sign_in(client, "alex")

    assert step.headers["Location"] == "/sign-in/code/"
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/login/").status_code == 302


def test_one_may_start_again_at_the_second_step() -> None:
    give_app(make_user(username="ada", password=PASSWORD))
    client = Client()
    sign_in(client, "ada")

    client.post("/sign-out/")

    assert client.get("/sign-in/").status_code == 200
    assert client.get("/sign-in/code/").headers["Location"] == "/sign-in/"


def test_app_is_removed_with_its_recovery_codes_and_all_of_it_is_written_down(
    django_capture_on_commit_callbacks: Any,
) -> None:
    client = sign_in_ada()
    confirm(client)
    with django_capture_on_commit_callbacks(execute=True):
        add_app(client)
    ada = client.get("/security/").context["user"]

    client.post("/security/app/removal/")

    assert types_of(ada) == set()
    actions = AuditEntry.objects.filter(by=ada).values_list("action", flat=True)
    assert {"added second factor", "removed second factor"} <= set(actions)


def test_admin_resets_the_factors_of_somebody_who_lost_their_phone() -> None:
    ada = make_user(username="ada", password=PASSWORD)
    give_app(ada)
    give_recovery_codes(ada)
    admin, client = Client(), Client()
    admin.force_login(make_user(is_staff=True, is_superuser=True))

    admin.post("/admin/auth/user/", {"action": "reset_second_factors", "_selected_action": [ada.pk]})

    assert types_of(ada) == set()
    assert sign_in(client, "ada").headers["Location"] == "/"
    assert AuditEntry.objects.get(action="reset second factors").before == {"types": ["recovery_codes", "totp"]}


def test_admin_site_shows_no_secrets_of_factors() -> None:
    admin = Client()
    admin.force_login(make_user(is_staff=True, is_superuser=True))

    assert admin.get("/admin/mfa/authenticator/").status_code == 404


def test_secrets_of_factors_survive_a_new_key_ring(settings: Any) -> None:
    old, new = settings.ENGAGE_KEY_RING[0], Fernet.generate_key().decode()
    ada = make_user(username="ada", password=PASSWORD)
    secret, codes = give_app(ada), give_recovery_codes(ada)

    settings.ENGAGE_KEY_RING = [new, old]
    call_command("rotate_keys")
    settings.ENGAGE_KEY_RING = [new]

    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_for(secret))
    assert Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes() == codes


class TestRequired:
    """CONSOLE_REQUIRE_MFA."""

    @pytest.fixture(autouse=True)
    def _required(self, settings: Any) -> None:
        settings.REQUIRE_MFA = True

    @pytest.mark.parametrize("path", ["/", "/campaigns/", "/admin/", "/live/stream/"])
    def test_supervisor_without_a_factor_sees_only_how_to_add_one(self, path: str) -> None:
        client = sign_in_ada(role="Supervisor", is_staff=True)

        assert client.get(path).headers["Location"] == f"/security/?next={path}"
        assert "Your account needs a second factor" in parse(client.get("/security/").content).one("main").text

    def test_htmx_is_sent_there_as_a_page(self) -> None:
        client = sign_in_ada(role="Supervisor")

        answer = client.get("/", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="http://testserver/campaigns/")

        assert answer.status_code == 401
        assert answer.headers["HX-Redirect"] == "/security/?next=%2Fcampaigns%2F"

    def test_everything_opens_once_there_is_one(self) -> None:
        client = sign_in_ada(role="Supervisor")
        confirm(client)

        add_app(client)

        assert client.get("/").status_code == 200

    def test_last_one_cannot_be_removed(self) -> None:
        client = sign_in_ada(role="Supervisor")
        confirm(client)
        add_app(client)

        answer = client.post("/security/app/removal/")

        assert answer.status_code == 422
        assert "Add another before" in parse(answer.content).one("main").text

    def test_agent_needs_none(self) -> None:
        assert sign_in_ada().get("/").status_code == 200
