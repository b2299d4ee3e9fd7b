"""Whatever an admin changes stands in the audit trail, whichever table it is."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from console.audit.models import AuditEntry
from engage.models import Command, Delivery
from tests.factories import make_campaign, make_conversation, make_reply, make_team, make_user, make_workspace

CHANGED = {"_save": "Save"}


@pytest.fixture
def admin(db: None) -> User:
    return make_user(username="admin", role="Admin", is_staff=True, is_superuser=True)


@pytest.fixture
def admin_client(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def person_form(person: User, **fields: object) -> dict[str, object]:
    joined = person.date_joined
    form: dict[str, object] = {
        "username": person.username,
        "first_name": person.first_name,
        "is_active": "on",
        "groups": [str(group.pk) for group in person.groups.all()],
        "date_joined_0": f"{joined:%Y-%m-%d}",
        "date_joined_1": f"{joined:%H:%M:%S}",
    }
    return form | fields | CHANGED


def only_entry(**wanted: object) -> AuditEntry:
    return AuditEntry.objects.get(**wanted)


def test_role_given_to_a_person_says_before_and_after(admin_client: Client, admin: User) -> None:
    ada = make_user(username="ada")
    supervisors = Group.objects.get(name="Supervisor")

    response = admin_client.post(
        f"/admin/auth/user/{ada.pk}/change/", person_form(ada, groups=[str(supervisors.pk)]), REMOTE_ADDR="192.0.2.7"
    )

    entry = only_entry(action="changed user")
    assert response.status_code == 302
    assert (entry.by, entry.subject, entry.address) == (admin, "ada", "192.0.2.7")
    assert entry.before["groups"] == ["Agent"]
    assert entry.after["groups"] == ["Supervisor"]


def test_new_person_is_written_down_without_the_password(admin_client: Client) -> None:
    password = "a-long-secret-pass-phrase"
    fields = {"username": "eve", "password1": password, "password2": password, "usable_password": "true"}
    role = {"groups": [str(Group.objects.get(name="Agent").pk)]}

    admin_client.post("/admin/auth/user/add/", fields | CHANGED | role)

    entry = only_entry(action="added user")
    assert (entry.subject, entry.after["username"]) == ("eve", "eve")
    assert password not in f"{entry.before}{entry.after}"


def test_permission_given_to_a_role_is_written_down(admin_client: Client) -> None:
    make_user()
    agents = Group.objects.get(name="Agent")
    supervisors = Group.objects.get(name="Supervisor")
    pause = supervisors.permissions.get(codename="pause_campaigns")

    admin_client.post(
        f"/admin/auth/group/{agents.pk}/change/", {"name": "Agent", "permissions": [str(pause.pk)]} | CHANGED
    )

    entry = only_entry(action="changed group")
    assert entry.before["permissions"] == []
    assert [name for name in entry.after["permissions"] if "pause" in name]


def test_team_is_written_down_from_beginning_to_end(admin_client: Client) -> None:
    ada, campaign = make_user(username="ada"), make_campaign(name="Solar quotes")
    team = make_team(name="North", campaigns=(campaign,), members=())

    admin_client.post(
        f"/admin/accounts/team/{team.pk}/change/",
        {"name": "North", "members": [str(ada.pk)], "campaigns": [str(campaign.pk)]} | CHANGED,
    )
    admin_client.post(f"/admin/accounts/team/{team.pk}/delete/", {"post": "yes"})

    changed, deleted = only_entry(action="changed team"), only_entry(action="deleted team")
    assert (changed.before, changed.after) == ({"members": []}, {"members": ["ada"]})
    assert (deleted.subject, deleted.before) == ("North", {"id": team.pk})


def test_form_that_changed_nothing_leaves_no_entry(admin_client: Client) -> None:
    team = make_team(name="North", campaigns=(), members=())

    admin_client.post(f"/admin/accounts/team/{team.pk}/change/", {"name": "North"} | CHANGED)

    assert not AuditEntry.objects.exists()


def test_replay_of_deliveries_is_written_down(admin_client: Client, admin: User) -> None:
    delivery = Delivery.objects.create(workspace=make_workspace(), body=b"{}", state=Delivery.State.QUARANTINED)

    admin_client.post("/admin/engage/delivery/", {"action": "replay_selected", "_selected_action": [str(delivery.pk)]})

    entry = only_entry()
    assert (entry.by, entry.action, entry.subject) == (admin, "replay: deliveries", "1 delivery")
    assert entry.after == {"ids": [str(delivery.pk)], "count": 1}


def test_release_of_commands_is_written_down(admin_client: Client, admin: User) -> None:
    held = [make_reply(conversation=make_conversation(), by=admin, state=Command.State.HELD) for _ in range(2)]

    admin_client.post(
        "/admin/engage/command/", {"action": "release_selected", "_selected_action": [str(row.pk) for row in held]}
    )

    entry = only_entry()
    assert (entry.action, entry.subject) == ("release: commands", "2 commands")
    assert sorted(entry.after["ids"]) == sorted(str(row.pk) for row in held)


def test_export_of_the_trail_is_written_down(admin_client: Client, admin: User) -> None:
    first = AuditEntry.objects.create(by=admin, action="paused campaign")

    response = admin_client.post(
        "/admin/audit/auditentry/", {"action": "export_as_csv", "_selected_action": [str(first.pk)]}
    )

    assert b"paused campaign" in b"".join(response)
    assert only_entry(action="export as csv: audit entries").by == admin


def test_what_an_action_writes_down_itself_is_not_said_twice(admin_client: Client) -> None:
    ada = make_user(username="ada")

    admin_client.post("/admin/auth/user/", {"action": "end_all_sessions", "_selected_action": [str(ada.pk)]})

    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["ended sessions"]
