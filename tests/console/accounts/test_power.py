"""Nobody hands out or takes over what they do not hold, and whoever holds power needs a second factor."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from console.accounts.roles import ADMIN, AGENT, SUPERVISOR
from console.accounts.second_factor import is_required_of
from tests.console.accounts.steps import give_app, types_of
from tests.factories import make_user
from tests.html import parse

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "a few words in a row"


def permission(name: str) -> Permission:
    room, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=room, codename=codename)


def person(*permissions: str, **fields: Any) -> User:
    user = make_user(**fields)
    user.user_permissions.add(*map(permission, permissions))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def keeper() -> User:
    """Staff who look after accounts, and hold nothing else."""
    return person(
        "auth.change_user",
        "auth.add_user",
        "auth.delete_user",
        "auth.view_user",
        "auth.change_group",
        "auth.add_group",
        "auth.delete_group",
        username="kim",
        is_staff=True,
    )


@pytest.fixture
def root() -> User:
    return make_user(username="root", is_staff=True, is_superuser=True)


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def change(client: Client, user: User, **fields: Any) -> int:
    """The admin's form of a person, as it stands but for these fields."""
    kept = {
        "username": user.username,
        "is_active": "on",
        "date_joined_0": "2026-11-01",
        "date_joined_1": "12:00:00",
        "groups": [str(pk) for pk in user.groups.values_list("pk", flat=True)],
        "user_permissions": [str(pk) for pk in user.user_permissions.values_list("pk", flat=True)],
    }
    if user.is_staff:
        kept["is_staff"] = "on"
    return client.post(f"/admin/auth/user/{user.pk}/change/", kept | fields).status_code


class TestWhoIsChanged:
    def test_staff_do_not_make_themselves_superuser(self, keeper: User) -> None:
        change(enter(keeper), keeper, is_superuser="on", first_name="Kim")

        keeper.refresh_from_db()
        assert (keeper.is_superuser, keeper.first_name) == (False, "Kim")

    def test_staff_do_not_make_others_superuser(self, keeper: User) -> None:
        ada = make_user()

        change(enter(keeper), ada, is_superuser="on")

        ada.refresh_from_db()
        assert not ada.is_superuser

    @pytest.mark.parametrize("page", ["change/", "password/", "delete/"])
    def test_staff_do_not_change_a_superuser(self, keeper: User, root: User, page: str) -> None:
        fields = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true", "post": "yes"}

        answer = enter(keeper).post(f"/admin/auth/user/{root.pk}/{page}", fields)

        assert answer.status_code == 403
        assert User.objects.get(pk=root.pk).password == root.password

    @pytest.mark.parametrize("action", ["delete_selected", "reset_second_factors", "end_all_sessions"])
    def test_staff_run_no_action_on_a_superuser(self, keeper: User, root: User, action: str) -> None:
        give_app(root)
        theirs = enter(root)

        chosen = {"action": action, "_selected_action": [root.pk, make_user().pk], "post": "yes"}
        enter(keeper).post("/admin/auth/user/", chosen)

        assert User.objects.filter(pk=root.pk).exists()
        assert types_of(root) == {"totp"}
        assert theirs.get("/").status_code == 200

    def test_others_chosen_beside_a_superuser_are_named_and_left_alone(self, keeper: User, root: User) -> None:
        ada = make_user(username="ada")
        give_app(ada)

        chosen = {"action": "reset_second_factors", "_selected_action": [root.pk, ada.pk]}
        page = enter(keeper).post("/admin/auth/user/", chosen, follow=True)

        assert types_of(ada) == {"totp"}
        assert "root" in parse(page.content).one("ul", class_="messagelist").text

    def test_staff_do_not_take_over_somebody_who_may_do_more_than_they(self, keeper: User) -> None:
        sue = make_user(role=SUPERVISOR)
        fields = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}

        assert enter(keeper).post(f"/admin/auth/user/{sue.pk}/password/", fields).status_code == 403

    def test_page_of_who_may_do_more_is_shown_without_the_password(self, keeper: User, root: User) -> None:
        page = enter(keeper).get(f"/admin/auth/user/{root.pk}/change/")

        assert page.status_code == 200
        assert root.password not in page.content.decode()
        assert root.password.split("$")[-1] not in page.content.decode()

    def test_staff_look_after_agents(self, keeper: User) -> None:
        ada, client = make_user(), enter(keeper)
        fields = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}

        assert change(client, ada, first_name="Ada") == 302
        assert client.post(f"/admin/auth/user/{ada.pk}/password/", fields).status_code == 302
        ada.refresh_from_db()
        assert ada.check_password(NEW_PASSWORD)

    def test_superuser_changes_everybody(self, root: User, keeper: User) -> None:
        assert change(enter(root), keeper, is_superuser="on") == 302
        keeper.refresh_from_db()
        assert keeper.is_superuser


class TestWhatIsHandedOut:
    def test_staff_hand_out_no_role_beyond_their_own(self, keeper: User) -> None:
        roles = [str(pk) for pk in Group.objects.filter(name__in=[ADMIN, SUPERVISOR]).values_list("pk", flat=True)]

        change(enter(keeper), keeper, groups=roles)

        assert not keeper.groups.filter(name__in=[ADMIN, SUPERVISOR]).exists()

    @pytest.mark.parametrize("name", ["campaigns.run_campaigns", "accounts.change_team", "engage.change_workspace"])
    def test_staff_hand_out_no_permission_they_lack(self, keeper: User, name: str) -> None:
        change(enter(keeper), keeper, user_permissions=[str(permission(name).pk)])

        assert not User.objects.get(pk=keeper.pk).has_perm(name)

    def test_staff_hand_on_what_they_hold(self, keeper: User) -> None:
        ada = make_user()

        change(enter(keeper), ada, user_permissions=[str(permission("auth.view_user").pk)])

        assert User.objects.get(pk=ada.pk).has_perm("auth.view_user")

    def test_staff_do_not_widen_a_role_beyond_their_own(self, keeper: User) -> None:
        agents = Group.objects.get(name=AGENT)
        keeper.groups.add(agents)
        wanted = [str(permission("campaigns.run_campaigns").pk)]

        client = enter(keeper)
        client.post(f"/admin/auth/group/{agents.pk}/change/", {"name": "Agent", "permissions": wanted})
        client.post("/admin/auth/group/add/", {"name": "Mine", "permissions": wanted})

        assert not Permission.objects.filter(codename="run_campaigns", group__name__in=["Agent", "Mine"]).exists()

    @pytest.mark.parametrize("page", ["change/", "delete/"])
    def test_staff_do_not_touch_a_role_that_holds_more(self, keeper: User, page: str) -> None:
        admins = Group.objects.get(name=ADMIN)

        answer = enter(keeper).post(f"/admin/auth/group/{admins.pk}/{page}", {"name": "Gone", "post": "yes"})

        assert answer.status_code == 403
        assert Group.objects.filter(name=ADMIN).exists()

    def test_admin_hands_out_the_roles(self) -> None:
        alex, ada = make_user(role=ADMIN, is_staff=True), make_user()
        # An admin runs the desk as well.
        alex.groups.add(Group.objects.get(name=SUPERVISOR))
        roles = [str(pk) for pk in Group.objects.values_list("pk", flat=True)]

        assert change(enter(alex), ada, groups=roles) == 302
        assert set(ada.groups.values_list("name", flat=True)) == {AGENT, SUPERVISOR, ADMIN}


class TestSecondFactor:
    """CONSOLE_REQUIRE_MFA goes by what somebody may do."""

    @pytest.fixture(autouse=True)
    def _required(self, settings: Any) -> None:
        settings.REQUIRE_MFA = True

    @pytest.mark.parametrize(
        "name",
        [
            "auth.change_user",
            "auth.add_user",
            "auth.change_group",
            "accounts.change_team",
            "accounts.see_every_campaign",
            "campaigns.run_campaigns",
            "campaigns.load_leads",
            "inbox.release_held",
            "engage.change_workspace",
        ],
    )
    def test_who_holds_a_permission_needs_one(self, name: str) -> None:
        assert is_required_of(person(name))
        assert enter(person(name)).get("/").headers["Location"] == "/security/?next=/"

    @pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
    def test_staff_and_superusers_need_one(self, flag: str) -> None:
        assert is_required_of(make_user(**{flag: True}))

    def test_who_holds_a_permission_by_a_group_of_any_name_needs_one(self) -> None:
        group = Group.objects.create(name="Night shift")
        group.permissions.add(permission("auth.change_user"))
        ada = make_user()
        ada.groups.add(group)

        assert is_required_of(User.objects.get(pk=ada.pk))

    def test_who_may_only_look_needs_none(self) -> None:
        assert not is_required_of(person("audit.view_auditentry", "campaigns.view_listupload"))
        assert not is_required_of(make_user())

    def test_staff_with_change_user_see_no_admin_without_one(self, keeper: User) -> None:
        assert enter(keeper).get("/admin/auth/user/").headers["Location"] == "/security/?next=/admin/auth/user/"
