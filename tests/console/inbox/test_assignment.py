from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from console.accounts.actions import note_reach_changed, note_switched_off
from console.audit.models import AuditEntry
from console.inbox import actions
from console.inbox.models import Assignment, DeskEvent
from console.inbox.sweeping import sweep
from engage.models import Change, Conversation
from tests.factories import make_campaign, make_conversation, make_team, make_user
from tests.html import parse

FRAGMENT = {"hx-request": "true"}


def act(client: Client, conversation: Conversation, verb: str, **fields: Any) -> HttpResponse:
    return client.post(f"/conversations/{conversation.id}/{verb}/", fields, headers=FRAGMENT)


def agent_of(conversation: Conversation) -> User | None:
    assignment = Assignment.objects.filter(conversation=conversation).first()
    return assignment.agent if assignment else None


def test_claim_makes_it_mine_and_tells_everybody(client: Client, ada: User) -> None:
    conversation = make_conversation()

    response = act(client, conversation, "claim")

    assert agent_of(conversation) == ada
    assert parse(response.content).by_id("thread").attributes["data-assignee"] == str(ada.id)
    assert "Ada claimed this conversation" in parse(response.content).by_id("thread").text
    assert Change.objects.filter(conversation_id=conversation.id).exists()
    assert b"<html" not in response.content


def test_claim_of_somebody_elses_conversation_tells_who_has_it(client: Client, ben: User) -> None:
    conversation = make_conversation(assigned_to=ben)

    response = act(client, conversation, "claim")

    assert response.status_code == 409
    assert agent_of(conversation) == ben
    toast = parse(response.content).one("hx-partial", hx_target="#toast")
    assert toast.text == "Ben works this conversation."


def test_claiming_twice_is_one_claim(client: Client) -> None:
    conversation = make_conversation()

    responses = [act(client, conversation, "claim") for _ in range(2)]

    assert [response.status_code for response in responses] == [200, 200]
    assert DeskEvent.objects.count() == 1


def test_release_makes_it_free(client: Client, ada: User) -> None:
    conversation = make_conversation(assigned_to=ada)

    response = act(client, conversation, "release")

    assert response.status_code == 200
    assert agent_of(conversation) is None
    assert DeskEvent.objects.get().kind == DeskEvent.Kind.RELEASED


def test_release_of_somebody_elses_conversation_is_for_supervisors(client: Client, ben: User) -> None:
    conversation = make_conversation(assigned_to=ben)

    response = act(client, conversation, "release")

    assert response.status_code == 403
    assert agent_of(conversation) == ben


def test_supervisor_releases_for_others(sue_client: Client, ben: User) -> None:
    conversation = make_conversation(assigned_to=ben)

    response = act(sue_client, conversation, "release")

    assert response.status_code == 200
    assert agent_of(conversation) is None


def test_release_of_a_free_conversation_says_so(client: Client) -> None:
    response = act(client, make_conversation(), "release")

    assert response.status_code == 409
    assert not DeskEvent.objects.exists()


def test_supervisor_assigns_to_somebody_else(sue_client: Client, ada: User, ben: User) -> None:
    conversation = make_conversation(assigned_to=ada)

    response = act(sue_client, conversation, "assign", agent=ben.id)

    assert response.status_code == 200
    assert agent_of(conversation) == ben
    assert "Sue assigned this conversation to Ben" in parse(response.content).by_id("thread").text


def test_agent_may_not_assign(client: Client, ben: User) -> None:
    conversation = make_conversation()

    response = act(client, conversation, "assign", agent=ben.id)

    assert response.status_code == 403
    assert agent_of(conversation) is None


def test_assigning_to_somebody_who_may_not_see_it_is_refused(sue_client: Client, ben: User) -> None:
    conversation = make_conversation()
    make_team(campaigns=(make_campaign(),), members=(ben,))

    response = act(sue_client, conversation, "assign", agent=ben.id)

    assert response.status_code == 422
    assert agent_of(conversation) is None


def test_assigning_to_nobody_is_refused(sue_client: Client) -> None:
    conversation = make_conversation()

    assert act(sue_client, conversation, "assign").status_code == 422
    assert act(sue_client, conversation, "assign", agent=999_999).status_code == 404


def test_only_who_may_work_it_is_offered(sue_client: Client, ada: User, ben: User) -> None:
    conversation = make_conversation()
    make_team(campaigns=(make_campaign(),), members=(ben,))
    make_user(username="gone", is_active=False)

    thread = parse(sue_client.get(f"/conversations/{conversation.id}/").content).by_id("thread")

    offered = [button.attributes["value"] for button in thread.every("button", name="agent")]
    assert str(ada.id) in offered
    assert str(ben.id) not in offered
    assert len(offered) == 2


@pytest.mark.parametrize("verb", ["claim", "release", "assign"])
def test_another_teams_conversation_does_not_exist(client: Client, ada: User, verb: str) -> None:
    conversation = make_conversation()
    make_team(campaigns=(make_campaign(),), members=(ada,))

    assert act(client, conversation, verb).status_code == 404


@pytest.mark.parametrize("verb", ["claim", "release", "assign"])
def test_only_posting_is_allowed(client: Client, verb: str) -> None:
    assert client.get(f"/conversations/{make_conversation().id}/{verb}/").status_code == 405


def test_without_scripts_the_page_is_shown_again_with_the_reason(client: Client, ben: User) -> None:
    conversation = make_conversation(assigned_to=ben)

    response = client.post(f"/conversations/{conversation.id}/claim/")

    assert response.status_code == 409
    assert parse(response.content).by_id("toast").text == "Ben works this conversation."


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_many_who_claim_at_once_exactly_one_wins() -> None:
    conversation = make_conversation()
    people = [make_user() for _ in range(6)]
    start = threading.Barrier(len(people))
    winners: list[User] = []
    told: list[User] = []

    def claim(person: User) -> None:
        start.wait()
        try:
            actions.claim(conversation=conversation, by=person)
            winners.append(person)
        except actions.WorkedBySomebodyElse as refusal:
            told.append(refusal.agent)
        finally:
            connection.close()

    threads = [threading.Thread(target=claim, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [agent_of(conversation)] == winners
    assert told == winners * (len(people) - 1)
    assert DeskEvent.objects.count() == 1


def test_who_is_switched_off_works_nothing(client: Client, ada: User, ben: User) -> None:
    conversation = make_conversation(assigned_to=ben)
    ben.is_active = False
    ben.save()

    page = parse(client.get(f"/conversations/{conversation.id}/?queue=unassigned").content)
    claimed = client.post(f"/conversations/{conversation.id}/claim/", headers=FRAGMENT)

    assert page.by_id(f"conversation-{conversation.id}")
    assert "Ben" not in page.by_id("thread").one(class_="thread-head").text
    assert claimed.status_code == 200
    assert Assignment.objects.get().agent == ada


def test_who_lost_the_team_keeps_nobody_from_answering(client: Client, ada: User, ben: User) -> None:
    conversation = make_conversation(assigned_to=ben)
    make_team(campaigns=(make_campaign(),), members=(ben,))

    answer = client.post(f"/conversations/{conversation.id}/replies/", {"text": "Yes."}, headers=FRAGMENT)

    assert answer.status_code == 200
    assert Assignment.objects.get().agent == ada


def test_switching_somebody_off_releases_what_they_work_with_a_line(ben: User, sue: User) -> None:
    conversation = make_conversation(assigned_to=ben)
    ben.is_active = False
    ben.save()

    note_switched_off(person=ben, by=sue)

    event = DeskEvent.objects.get()
    assert not Assignment.objects.exists()
    assert (event.conversation_id, event.kind, event.by) == (conversation.pk, DeskEvent.Kind.RELEASED, sue)
    assert Change.objects.filter(conversation_id=conversation.pk).exists()


def test_losing_a_team_releases_what_is_out_of_reach_and_nothing_else(ben: User, sue: User) -> None:
    lost, kept = make_conversation(assigned_to=ben), make_conversation(assigned_to=ben)
    make_team(campaigns=(kept.campaign,), members=(ben,))

    note_reach_changed(person=ben, by=sue)

    assert Assignment.objects.get().conversation_id == kept.pk
    assert DeskEvent.objects.get().conversation_id == lost.pk


def test_deleting_somebody_by_whatever_way_leaves_their_work_to_anybody(client: Client, ada: User, ben: User) -> None:
    conversation = make_conversation(assigned_to=ben)
    ben.delete()

    page = parse(client.get(f"/conversations/{conversation.id}/?queue=unassigned").content)
    answer = client.post(f"/conversations/{conversation.id}/replies/", {"text": "Yes."}, headers=FRAGMENT)

    assert page.by_id(f"conversation-{conversation.id}")
    assert answer.status_code == 200
    assert Assignment.objects.get().agent == ada


def switch_off(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


def lose_role(person: User) -> None:
    make_team(campaigns=(make_campaign(),), members=(person,))
    person.groups.clear()


def lose_permission(person: User) -> None:
    make_team(campaigns=(make_campaign(),), members=(person,))
    Group.objects.get(name="Supervisor").permissions.filter(codename="see_every_campaign").delete()


def join_another_team(person: User) -> None:
    person.groups.clear()
    make_team(campaigns=(make_campaign(),), members=(person,))


def be_deleted(person: User) -> None:
    person.delete()


@pytest.mark.parametrize("goes", [switch_off, lose_role, lose_permission, join_another_team, be_deleted])
def test_worker_releases_what_is_held_by_who_went_outside_of_the_admin(
    sue: User, ada: User, goes: Callable[[User], None]
) -> None:
    lost, of_another = make_conversation(assigned_to=sue), make_conversation(assigned_to=ada)
    Change.objects.all().delete()
    goes(sue)

    released = sweep(timezone.now())

    line = DeskEvent.objects.get()
    assert released == 1
    assert Assignment.objects.get().conversation_id == of_another.pk
    assert (line.conversation_id, line.kind) == (lost.pk, DeskEvent.Kind.LEFT)
    assert Change.objects.filter(conversation_id=lost.pk).exists()
    assert AuditEntry.objects.get(action="released conversation").conversation_id == lost.pk
    assert sweep(timezone.now()) == 0


def test_sweep_leaves_alone_who_may_work_what_they_hold(sue: User, ada: User) -> None:
    of_sue, of_ada = make_conversation(assigned_to=sue), make_conversation(assigned_to=ada)
    make_team(campaigns=(make_campaign(),), members=(sue,))
    make_team(campaigns=(of_ada.campaign,), members=(ada,))

    assert sweep(timezone.now()) == 0
    assert {row.conversation_id for row in Assignment.objects.all()} == {of_sue.pk, of_ada.pk}


@pytest.mark.django_db
def test_sweep_asks_little_of_the_database(django_assert_num_queries: Any) -> None:
    for _ in range(3):
        make_conversation(assigned_to=make_user())

    # What nobody holds any more, who works something; of each: themselves, what their roles give, and whether they
    # have a role and a team.
    with django_assert_num_queries(2 + 3 * 3):
        sweep(timezone.now())
