"""In the admin site a person is made in one step, and the list says what an admin wants to know of each."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from console.accounts.models import Team
from console.accounts.scope import Scope
from console.audit.models import AuditEntry
from tests.console.accounts.steps import give_app
from tests.factories import make_campaign, make_team, make_user
from tests.html import parse

pytestmark = pytest.mark.django_db

ADD, LIST = reverse("admin:auth_user_add"), reverse("admin:auth_user_changelist")
NEW = {
    "username": "nell",
    "first_name": "Nell",
    "last_name": "Okafor",
    "email": "nell@example.com",
    "usable_password": "true",
    "password1": "a few words in a row",
    "password2": "a few words in a row",
}


@pytest.fixture
def root() -> User:
    return make_user(username="root", role="Admin", is_staff=True)


@pytest.fixture
def client_of_root(root: User) -> Client:
    client = Client()
    client.force_login(root)
    return client


def test_one_form_makes_a_person_with_role_team_and_address(client_of_root: Client) -> None:
    campaign = make_campaign()
    team = make_team(campaigns=(campaign,), members=())
    make_user(username="ada")
    agent = Group.objects.get(name="Agent")

    answer = client_of_root.post(ADD, NEW | {"groups": [agent.pk], "teams": [team.pk]})

    nell = User.objects.get(username="nell")
    assert answer.status_code == 302
    assert (nell.email, nell.get_full_name(), nell.check_password("a few words in a row")) == (
        "nell@example.com",
        "Nell Okafor",
        True,
    )
    assert list(nell.groups.all()) == [agent]
    assert Scope.of(nell) == Scope(frozenset({campaign.pk}))
    assert AuditEntry.objects.get(action="added user").after["teams"] == [team.name]


def test_person_without_a_role_is_not_made_by_that_form(client_of_root: Client) -> None:
    answer = client_of_root.post(ADD, NEW)

    assert answer.status_code == 200
    assert "This field is required" in answer.content.decode()
    assert not User.objects.filter(username="nell").exists()


def change(client: Client, person: User, **fields: Any) -> int:
    address = reverse("admin:auth_user_change", args=[person.pk])
    assert parse(client.get(address).content.decode()).by_id("user_form")
    sent = {"username": person.username, "is_active": "on", "groups": [group.pk for group in person.groups.all()]}
    dates = {"date_joined_0": "2026-01-01", "date_joined_1": "12:00:00"}
    return client.post(address, sent | dates | fields).status_code


def test_teams_are_changed_where_the_person_is(client_of_root: Client) -> None:
    ada = make_user(username="ada")
    days, nights = Team.objects.create(name="Days"), Team.objects.create(name="Nights")
    days.members.add(ada)

    assert change(client_of_root, ada, teams=[nights.pk]) == 302

    assert list(ada.teams.all()) == [nights]


def test_who_may_not_change_teams_neither_sees_nor_empties_them() -> None:
    ada, kim = make_user(username="ada"), make_user(username="kim", is_staff=True)
    kim.user_permissions.add(*Permission.objects.filter(codename__in=["change_user", "view_user"]))
    team = make_team(campaigns=(), members=(ada,))
    client = Client()
    client.force_login(kim)

    page = client.get(reverse("admin:auth_user_change", args=[ada.pk])).content.decode()
    status = change(client, ada)

    assert 'name="teams"' not in page
    assert status == 302
    assert list(ada.teams.all()) == [team]


def test_who_may_only_look_reads_the_teams() -> None:
    ada, kim = make_user(username="ada"), make_user(username="kim", is_staff=True)
    kim.user_permissions.add(Permission.objects.get(codename="view_user"))
    make_team(campaigns=(), members=(ada,), name="Nights")
    client = Client()
    client.force_login(kim)

    page = client.get(reverse("admin:auth_user_change", args=[ada.pk])).content.decode()

    assert "Nights" in page
    assert "pbkdf2" not in page
    assert ada.password not in page


def test_list_says_role_teams_last_sign_in_and_second_factor(client_of_root: Client) -> None:
    ada = make_user(username="ada")
    make_team(campaigns=(), members=(ada,), name="Nights")
    give_app(ada)
    User.objects.create_user("nemo")

    page = parse(client_of_root.get(LIST).content.decode())
    rows = {row.one("th", class_="field-username").text: row for row in page.one("tbody").every("tr")}

    assert "Agent" in rows["ada"].text
    assert "Nights" in rows["ada"].text
    assert "never" in rows["ada"].text
    assert "none: sees nothing" in rows["nemo"].text
    signs = {name: [sign.attributes["alt"] for sign in rows[name].every("img")] for name in ("ada", "nemo")}
    # A second factor, and an account that is switched on.
    assert signs == {"ada": ["True", "True"], "nemo": ["False", "True"]}


def test_list_costs_the_same_for_two_people_and_for_twenty(client_of_root: Client) -> None:
    counts = []
    for more in (2, 18):
        for _ in range(more):
            make_team(campaigns=(), members=(make_user(),))
        with CaptureQueriesContext(connection) as asked:
            client_of_root.get(LIST)
        counts.append(len(asked))

    # Session, person, permissions twice, rows, their roles and teams, the count, and what the filters offer.
    assert counts[0] == counts[1]
