"""Every URL of the admin site: for admins alone, and even they change nothing that follows from what Engage said."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse

from engage.admin import ReadOnlyAdmin
from tests.factories import make_user
from tests.security.place import Place, browser_of, make_places
from tests.security.urls import admin_urls

pytestmark = pytest.mark.django_db
# What somebody needs who has not come in yet, or goes.
OPEN = {"admin:login", "admin:logout"}


def addresses() -> list[str]:
    """One for each pattern, for the row 1 of everything."""
    patterns = [pattern for pattern, name in admin_urls().items() if name not in OPEN]
    return ["/" + re.sub(r"<[^>]+>", "1", _plain(pattern)) for pattern in patterns]


def _plain(pattern: str) -> str:
    # The list of one app's tables, and the page for all that is nowhere.
    pattern = re.sub(r"\^\(\?P<app_label>(\w+)[^)]*\)/\$", r"\1/", pattern)
    return pattern.replace("(?P<url>.*)$", "no-such-page")


@pytest.fixture
def ours() -> Place:
    return make_places()[0]


def test_every_pattern_becomes_an_address() -> None:
    assert len(addresses()) > 90
    assert not [address for address in addresses() if not re.fullmatch(r"/admin/[\w/-]*", address)]


@pytest.mark.parametrize("role", ["Nobody", "Agent", "Supervisor"])
def test_nobody_but_admins_comes_in(role: str, ours: Place) -> None:
    client = browser_of(None if role == "Nobody" else make_user(role=role))

    for address in addresses():
        for method in ("get", "post"):
            with transaction.atomic():
                response = getattr(client, method)(address)
                transaction.set_rollback(True)

            assert response.status_code in (302, 403), f"{method} {address}"
            if response.status_code == 302:
                assert re.match(r"/(sign-in|admin/login)/\?next=", response.headers["Location"]), address


def test_staff_without_a_role_sees_no_table(ours: Place) -> None:
    client = browser_of(make_user(is_staff=True))

    for model, options in admin.site._registry.items():
        for page in ("changelist", "add"):
            name = f"admin:{options.opts.app_label}_{options.opts.model_name}_{page}"

            assert client.get(reverse(name)).status_code == 403, model


@pytest.mark.parametrize("is_superuser", [False, True])
def test_nobody_adds_changes_or_deletes_what_follows_from_the_platform_or_the_trail(
    is_superuser: bool, ours: Place
) -> None:
    client = browser_of(make_user(role="Admin", is_staff=True, is_superuser=is_superuser))
    kept = [options for options in admin.site._registry.values() if is_kept(options)]
    assert len(kept) >= 11

    for options in kept:
        base = reverse(f"admin:{options.opts.app_label}_{options.opts.model_name}_changelist")
        row = options.model._default_manager.first()
        key = row.pk if row else 1

        assert client.get(base).status_code == 200, base
        assert client.get(f"{base}add/").status_code == 403
        assert client.post(f"{base}add/", {}).status_code == 403
        for page in ("change", "delete"):
            # What is not there is answered by a way back to the list.
            assert client.post(f"{base}{key}/{page}/", {"post": "yes"}).status_code in (302, 403), page
        actions = client.post(base, {"action": "delete_selected", "_selected_action": [key], "post": "yes"})
        assert actions.status_code in (200, 302)
        if row:
            assert options.model._default_manager.filter(pk=key).exists()


def is_kept(options: admin.ModelAdmin) -> bool:
    return isinstance(options, ReadOnlyAdmin) or options.opts.app_label == "audit"


def test_admin_looks_at_every_page_and_each_is_kept_nowhere(ours: Place) -> None:
    client = browser_of(make_user(role="Admin", is_staff=True))

    for model, options in admin.site._registry.items():
        base = reverse(f"admin:{options.opts.app_label}_{options.opts.model_name}_changelist")
        row = model._default_manager.order_by("pk").first()
        pages = [base, *([f"{base}{row.pk}/change/", f"{base}{row.pk}/history/"] if row else [])]
        for page in pages:
            response = client.get(page)

            assert response.status_code == 200, page
            assert "no-store" in response.headers["Cache-Control"], page


def test_tables_that_hold_a_secret_in_the_clear_have_no_page() -> None:
    shown = {model._meta.label for model in admin.site._registry}

    assert "sessions.Session" not in shown
    assert apps.is_installed("django.contrib.sessions")


def test_row_that_no_database_can_hold_is_not_found_in_the_admin(ours: Place) -> None:
    client: Client = browser_of(make_user(role="Admin", is_staff=True))

    for key in ("9" * 30, "9" * 5000, "x", "%00", "_0A"):
        response = client.get(f"/admin/engage/conversation/{key}/change/")

        assert response.status_code in (302, 404), key


def test_people_are_made_and_changed_by_admins_alone(ours: Place) -> None:
    staff = browser_of(make_user(role="Supervisor", is_staff=True))

    assert staff.get("/admin/auth/user/").status_code == 403
    assert staff.post(f"/admin/auth/user/{ours.agent.pk}/change/", {"is_superuser": "on"}).status_code == 403
    assert not User.objects.get(pk=ours.agent.pk).is_superuser
