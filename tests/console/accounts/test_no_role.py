"""Who has no role sees nothing and may do nothing, and is told so."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from console.accounts.models import Team
from console.accounts.people import who_may_work
from console.accounts.scope import Scope
from console.inbox.models import DeskConversation
from engage.models import Command
from tests.factories import make_conversation, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def nemo() -> User:
    """Made by an admin who forgot the role, or by hand in the database."""
    return User.objects.create_user("nemo", password="demo")


@pytest.fixture
def client_of_nemo(nemo: User) -> Client:
    client = Client()
    client.force_login(nemo)
    return client


def test_no_conversation_and_no_campaign_is_visible_to_them(nemo: User) -> None:
    make_conversation()

    assert Scope.of(nemo) == Scope(frozenset())
    assert not DeskConversation.objects.visible_to(nemo).exists()


def test_a_team_is_no_role(nemo: User) -> None:
    conversation = make_conversation()
    make_team(campaigns=(conversation.campaign,), members=(nemo,))

    assert Scope.of(nemo) == Scope(frozenset())


@pytest.mark.parametrize(
    "name", ["inbox:queue", "inbox:decision-list", "campaigns:board", "campaigns:approvals", "live:stream", "live:poll"]
)
def test_every_page_of_the_desk_says_that_a_role_is_missing(client_of_nemo: Client, name: str) -> None:
    response = client_of_nemo.get(reverse(name))

    page = response.content.decode()
    assert response.status_code == 403
    assert "You have no role yet" in page
    assert "nemo" in page
    # Neither the bar with its search nor the rail with its numbers.
    assert 'role="search"' not in page
    assert "<nav" not in page


def test_nothing_can_be_sent_by_a_form_of_theirs(client_of_nemo: Client) -> None:
    conversation = make_conversation()

    response = client_of_nemo.post(reverse("inbox:reply-send", args=[conversation.pk]), {"text": "Hello"})

    assert response.status_code == 403
    assert not Command.objects.exists()


def test_they_may_change_their_password_add_a_factor_and_leave(client_of_nemo: Client) -> None:
    assert client_of_nemo.get(reverse("accounts:password")).status_code == 200
    assert client_of_nemo.get(reverse("mfa_index")).status_code == 200
    assert client_of_nemo.post(reverse("accounts:sign-out")).status_code == 302


def test_role_opens_the_desk_with_the_next_page(client_of_nemo: Client, nemo: User) -> None:
    ada = make_user(username="ada")
    assert client_of_nemo.get(reverse("inbox:queue")).status_code == 403

    nemo.groups.add(ada.groups.get())

    assert client_of_nemo.get(reverse("inbox:queue")).status_code == 200


def test_single_permission_is_no_role(client_of_nemo: Client, nemo: User) -> None:
    nemo.user_permissions.add(Permission.objects.get(codename="see_every_campaign"))

    assert client_of_nemo.get(reverse("inbox:queue")).status_code == 403
    assert Scope.of(User.objects.get(pk=nemo.pk)) == Scope(frozenset())


def test_superuser_needs_no_role() -> None:
    root = User.objects.create_superuser("root", password="demo")

    assert Scope.of(root) == Scope(None)


def test_no_conversation_can_be_given_to_them(nemo: User) -> None:
    ada, conversation = make_user(username="ada"), make_conversation()

    assert list(who_may_work(conversation.campaign_id)) == [ada]


def test_agent_of_a_team_without_campaigns_sees_none_and_of_no_team_all() -> None:
    ada, ben = make_user(username="ada"), make_user(username="ben")
    Team.objects.create(name="Nights").members.add(ada)

    assert Scope.of(ada) == Scope(frozenset())
    assert Scope.of(ben) == Scope(None)
