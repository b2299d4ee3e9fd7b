from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from console.accounts.roles import role_of
from tests.factories import make_conversation, make_user
from tests.html import parse
from tests.migrated import copy_migrated

pytestmark = pytest.mark.django_db


def test_groups_come_with_the_database(tmp_path: Path) -> None:
    path = copy_migrated(tmp_path / "new.sqlite3")

    with closing(sqlite3.connect(path)) as database:
        assert set(database.execute("SELECT name FROM auth_group")) == {("Agent",), ("Supervisor",), ("Admin",)}


@pytest.mark.parametrize("role", ["Agent", "Supervisor", "Admin"])
def test_role_is_known_by_what_one_may_do(role: str) -> None:
    assert role_of(make_user(role=role)) == role


def test_superuser_is_an_admin_and_nobody_has_no_role() -> None:
    assert role_of(make_user(is_superuser=True)) == "Admin"
    assert role_of(AnonymousUser()) == ""


def test_supervisor_sees_everything_and_assigns() -> None:
    sue = make_user(role="Supervisor")

    assert sue.has_perm("accounts.see_every_campaign")
    assert sue.has_perm("accounts.assign_conversations")
    assert not sue.has_perm("engage.change_workspace")


def test_supervisor_runs_campaigns_and_an_agent_does_not() -> None:
    sue, ada = make_user(role="Supervisor"), make_user()

    for permission in ("run_campaigns", "pause_campaigns", "approve_changes", "load_leads"):
        assert sue.has_perm(f"campaigns.{permission}")
        assert not ada.has_perm(f"campaigns.{permission}")
    assert not sue.has_perm("audit.view_auditentry")


def test_admin_looks_after_every_table_of_ours() -> None:
    admin = make_user(role="Admin")

    assert admin.has_perm("accounts.assign_conversations")
    assert admin.has_perm("engage.change_workspace")
    assert admin.has_perm("accounts.change_team")
    assert admin.has_perm("inbox.change_assignment")
    assert admin.has_perm("audit.view_auditentry")
    assert admin.has_perm("campaigns.approve_changes")


def test_page_says_who_is_signed_in_and_as_what() -> None:
    client = Client()
    client.force_login(make_user(username="sue", role="Supervisor"))

    page = parse(client.get("/").content)

    assert "SueSupervisor" in [line.text for line in page.every("p", class_="menu-who")]
    assert page.one("body").attributes["data-role"] == "supervisor"


def test_admin_site_is_linked_for_staff_only() -> None:
    client, staff_client = Client(), Client()
    client.force_login(make_user())
    staff_client.force_login(make_user(role="Admin", is_staff=True))

    assert "Admin" not in parse(client.get("/").content).one("nav", class_="rail").text
    assert "Admin" in parse(staff_client.get("/").content).one("nav", class_="rail").text


def test_style_sheet_of_a_person_names_them_and_is_theirs_alone() -> None:
    ada, ben = make_user(), make_user()
    client = Client()
    client.force_login(ada)

    own = client.get(f"/people/{ada.id}.css")

    assert own.headers["Content-Type"].startswith("text/css")
    assert f'[data-assignee="{ada.id}"]' in own.content.decode()
    assert client.get(f"/people/{ben.id}.css").status_code == 404
    assert Client().get(f"/people/{ada.id}.css").status_code == 302


def test_agent_does_not_see_the_release_button_of_others_and_a_supervisor_does() -> None:
    ada, sue = make_user(), make_user(role="Supervisor")
    sheets = {}
    for person in (ada, sue):
        client = Client()
        client.force_login(person)
        sheets[person] = client.get(f"/people/{person.id}.css").content.decode()

    assert ".for-assignee" in sheets[ada]
    assert ".for-assignee" not in sheets[sue]


@pytest.mark.parametrize("path", ["/nowhere/", "/conversations/99/"])
def test_missing_page_is_one_of_the_house(path: str) -> None:
    client = Client()
    client.force_login(make_user())

    response = client.get(path)

    assert response.status_code == 404
    assert parse(response.content).one("h1").text == "This is not here"
    assert parse(response.content).one("nav", class_="rail")


def test_missing_page_outside_tells_nothing_of_the_desk() -> None:
    make_conversation(name="Maria Reyes")

    response = Client().get("/nowhere/")

    assert response.status_code == 404
    assert not parse(response.content).every("nav")


def test_old_form_is_refused_with_words_that_help() -> None:
    make_user(username="ada", password="open sesame")

    response = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "ada", "password": "open sesame"})

    assert response.status_code == 403
    assert parse(response.content).one("h1").text == "This page is too old"


def test_forbidden_page_says_whom_to_ask() -> None:
    conversation = make_conversation()
    client = Client()
    client.force_login(make_user())

    response = client.post(f"/conversations/{conversation.id}/assign/", {"agent": 1})

    assert response.status_code == 403
    assert "supervisor" in parse(response.content).one("main").text
