"""Coming in with a second factor, by pages, scripts and policies as they are in production."""

from __future__ import annotations

import re
import time

import pytest
import requests
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows
from tests.browser.ring import Ring

pytestmark = pytest.mark.browser

_names = iter(f"newcomer{number}" for number in range(1000))


@pytest.fixture
def newcomer(ring: Ring) -> str:
    name = next(_names)
    ring.make_person(name)
    return name


@pytest.fixture
def address(ring: Ring) -> str:
    """By name: browsers give no passkey to a number."""
    return f"http://localhost:{ring.port}"


def sign_in(page: Page, name: str, address: str = "") -> None:
    page.goto(f"{address}/sign-in/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in", exact=True).click()


def confirm(page: Page) -> None:
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Go on").click()


def sign_out(page: Page) -> None:
    page.locator(".bar .menu summary").last.click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def code_for(secret: str, *, steps_on: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps_on))


def give_authenticator(page: Page) -> None:
    """A phone or key of the browser's own making, with a finger always on it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_app_is_added_and_asked_for(windows: Windows, newcomer: str) -> None:
    windows.tolerate("422")
    page = windows.open(None)
    sign_in(page, newcomer)
    page.locator(".bar .menu summary").last.click()
    page.get_by_role("link", name="Security").click()

    page.locator("#app").get_by_role("link", name="Add").click()
    confirm(page)
    expect(page.get_by_role("img", name="A code for your authenticator app")).to_be_visible()
    secret = page.locator("code.key").inner_text()
    page.get_by_label("Code").fill(code_for(secret))
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("#app")).to_contain_text("Added")
    sign_out(page)

    sign_in(page, newcomer)
    page.get_by_label("Code").fill("12345")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert").filter(has_text="not right")).to_be_visible()
    page.get_by_label("Code").fill(code_for(secret))
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#queue")).to_be_visible()


def test_passkey_is_added_and_signs_in_by_itself(windows: Windows, newcomer: str, address: str) -> None:
    page = windows.open(None)
    give_authenticator(page)
    sign_in(page, newcomer, address)
    expect(page.locator("#queue")).to_be_visible()
    page.goto(f"{address}/security/")

    page.locator("#passkeys").get_by_role("link", name="Add").click()
    confirm(page)
    page.get_by_label("Name").fill("Work laptop")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("#passkeys")).to_contain_text("Work laptop")
    expect(page.locator("#passkeys")).to_contain_text("Signs you in by itself")
    sign_out(page)
    page.get_by_role("button", name="Use a passkey").click()

    expect(page.locator("#queue")).to_be_visible()
    expect(page.locator(".menu-who strong")).to_have_text(newcomer.capitalize())


def test_passkey_is_a_second_step_and_confirms(windows: Windows, newcomer: str, address: str) -> None:
    page = windows.open(None)
    give_authenticator(page)
    sign_in(page, newcomer, address)
    expect(page.locator("#queue")).to_be_visible()
    page.goto(f"{address}/security/passkeys/")
    confirm(page)
    page.get_by_label("Sign in with it alone").uncheck()
    page.get_by_role("button", name="Add").click()
    page.get_by_role("link", name="I have kept them").click()
    sign_out(page)

    sign_in(page, newcomer, address)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("#queue")).to_be_visible()
    page.goto(f"{address}/security/")
    page.get_by_role("link", name="Remove Passkey").click()
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("button", name="Remove", exact=True).click()

    expect(page.locator("#passkeys")).to_contain_text("Nobody can trick you")


def test_passkey_that_is_not_given_is_said_in_words(windows: Windows, address: str) -> None:
    page = windows.open(None)
    # One that holds no passkey for this site.
    give_authenticator(page)
    page.goto(f"{address}/sign-in/")

    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_role("alert").filter(has_text="No passkey was used")).to_be_visible()


@pytest.mark.parametrize("is_scripted", [True, False])
def test_passkeys_are_offered_only_where_they_work(windows: Windows, is_scripted: bool) -> None:
    page = windows.open(None, java_script_enabled=is_scripted)

    page.goto("/sign-in/")

    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()


def test_f12_guesses_are_counted_over_all_processes(ring: Ring) -> None:
    answers = []
    for _ in range(12):
        session = requests.Session()
        page = session.get(f"{ring.url}/sign-in/", timeout=10)
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert found
        form = {"csrfmiddlewaretoken": found[1], "username": "nobody-here", "password": "wrong"}
        answers.append(session.post(f"{ring.url}/sign-in/", form, timeout=10).status_code)

    assert answers == [422] * 5 + [429] * 7
