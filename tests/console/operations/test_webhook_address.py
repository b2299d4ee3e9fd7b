from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from console.audit.models import AuditEntry
from engage.models import Workspace
from engage.webhooks.addresses import webhook_url
from tests.console.accounts.steps import confirm, sign_in_ada
from tests.factories import make_user, make_workspace
from tests.html import parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


def path_of(workspace: Workspace) -> str:
    return f"/admin/engage/workspace/{workspace.pk}/webhook-address/"


def came_by_single_sign_on(person: User, *, seconds_ago: float) -> Client:
    client = Client()
    client.force_login(person)
    session = client.session
    session["account_authentication_methods"] = [{"method": "socialaccount", "at": time.time() - seconds_ago}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return client


def test_admin_gives_the_password_again_and_sees_the_address(workspace: Workspace) -> None:
    client = sign_in_ada(role="Admin", is_staff=True)

    asked = client.get(path_of(workspace))
    confirm(client)
    shown = client.get(path_of(workspace))

    assert asked.headers["Location"] == f"/security/confirmation/?next={path_of(workspace)}"
    assert webhook_url(workspace) in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    entry = AuditEntry.objects.get(action="saw webhook address")
    assert (entry.by and entry.by.username, entry.subject) == ("ada", workspace.name)
    assert workspace.webhook_token.reveal() not in f"{entry.before}{entry.after}"


def test_who_may_not_change_a_workspace_is_not_even_asked(workspace: Workspace) -> None:
    client = sign_in_ada(role="Supervisor", is_staff=True)

    assert client.get(path_of(workspace)).status_code == 403


def test_page_of_the_workspace_leads_there_and_holds_no_secret(workspace: Workspace) -> None:
    client = sign_in_ada(role="Admin", is_staff=True)

    response = client.get(f"/admin/engage/workspace/{workspace.pk}/change/")

    assert parse(response.content).one("a", href=path_of(workspace)).text == "Show it"
    assert workspace.webhook_token.reveal() not in response.content.decode()


def test_address_before_it_is_named_while_it_is_accepted(workspace: Workspace) -> None:
    Workspace.objects.update(old_webhook_token_until=timezone.now() + timedelta(hours=1))
    client = sign_in_ada(role="Admin", is_staff=True)
    confirm(client)

    assert "is still accepted" in client.get(path_of(workspace)).content.decode()


def test_who_has_nothing_to_show_here_comes_in_anew(workspace: Workspace) -> None:
    person = make_user(role="Admin", is_staff=True)
    person.set_unusable_password()
    person.save()
    client = came_by_single_sign_on(person, seconds_ago=3600)

    asked = client.get(path_of(workspace))

    assert asked.headers["Location"] == f"/sign-in/?next={path_of(workspace)}"
    assert "_auth_user_id" not in client.session
    assert came_by_single_sign_on(person, seconds_ago=60).get(path_of(workspace)).status_code == 200
