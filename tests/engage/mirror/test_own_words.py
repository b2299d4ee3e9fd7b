"""A workspace's own stop words count for what is taken in while they are set."""

import pytest

from engage.mirror.own_words import read_own_words
from engage.mirror.projector import project_all
from engage.models import Conversation, Workspace
from tests.engage.deliveries import body, deliver, make_workspace, message

pytestmark = pytest.mark.django_db(transaction=True)


def say(workspace: Workspace, number: int, text: str) -> Conversation:
    deliver(workspace, body(messages=[message(number, number, text)]))
    project_all()
    return Conversation.objects.get()


def test_own_word_locks_the_number_once_it_is_set():
    workspace = make_workspace()
    assert say(workspace, 1, "Pausa").status == Conversation.Status.OPEN

    Workspace.objects.update(stop_words="PAUSA\nno llames")

    assert say(workspace, 2, "a las cinco").status == Conversation.Status.OPEN
    assert say(workspace, 3, "¡Pausa, por favor!").status == Conversation.Status.OPTED_OUT


def test_own_words_of_one_workspace_mean_nothing_to_another():
    first, second = make_workspace(), make_workspace(name="Other", token="another")
    Workspace.objects.filter(pk=second.pk).update(stop_words="PAUSA")

    assert say(first, 1, "Pausa").status == Conversation.Status.OPEN


def test_words_of_a_whole_batch_are_read_at_once(django_assert_num_queries):
    workspaces = [make_workspace(name=str(number), token=str(number)) for number in range(5)]
    Workspace.objects.filter(pk=workspaces[0].pk).update(stop_words="PAUSA")

    with django_assert_num_queries(1):
        words = read_own_words([workspace.pk for workspace in workspaces])

    assert words[workspaces[0].pk].wholes == {"pausa"}
    assert not words[workspaces[1].pk].wholes
