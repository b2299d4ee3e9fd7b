"""A reaction is one only if the thread holds the text that it quotes, in whatever order both become known."""

import pytest

from engage.mirror.projector import project_all
from engage.models import Consent, Conversation
from tests.engage.deliveries import body, deliver, make_workspace, message

pytestmark = pytest.mark.django_db(transaction=True)

OURS = "Hi Ann, this is Northfield Learning. Are you still looking? Reply STOP to opt out"
REACTIONS = [
    f"Liked “{OURS}”",
    f'Loved "{OURS}"',
    f"Reacted 😀 to “{OURS}”",
    f"\u200b👍\u200b to “ {OURS} ”",
    f"Le encantó «{OURS}»",
    f"Gostou de “{OURS}”",
    f"A réagi avec ❤️ à « {OURS} »",
    f"Gefällt „{OURS}“",
    f"Removed a like from “{OURS}”",
    f"Tykkäsi viestistä “{OURS}”",
    "Emphasized “Hi Ann, this is Northfield Learning. Are you…",
]


def ours(number: int = 1, minutes: float = 0) -> dict:
    return message(number, minutes, OURS, direction="OUTBOUND")


def finish(workspace) -> None:
    said = body("Disposition", messages=[ours(), message(2, 1, "Not now")], disposition="OK")
    said["data"]["lead"]["dispositionTimestamp"] = said["data"]["messages"][-1]["timestamp"]
    deliver(workspace, said)
    project_all()


@pytest.mark.parametrize("text", REACTIONS)
def test_reaction_to_our_text_neither_waits_nor_asks_nor_locks(text):
    deliver(make_workspace(), body(messages=[ours(), message(2, 5, text)]))
    project_all()

    conversation = Conversation.objects.get()
    assert conversation.waiting_since is None
    assert not conversation.may_be_opt_out
    assert conversation.status == Conversation.Status.OPEN
    assert conversation.last_message_text == text[:200]
    assert not Consent.objects.exists()


@pytest.mark.parametrize("is_ours_first", [True, False])
def test_order_in_which_quote_and_reaction_become_known_changes_nothing(is_ours_first):
    workspace = make_workspace()
    bodies = [body(messages=[ours()]), body(messages=[message(2, 5, REACTIONS[0])])]

    for said in bodies if is_ours_first else reversed(bodies):
        deliver(workspace, said)
        project_all()

    assert Conversation.objects.get().waiting_since is None


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Liked “stop texting me”", True),
        ("👍 to “take me off your list”", True),
        ("Liked “something else that we never wrote”", False),
        (f"Why did you send “{OURS}”", True),
        ("I said “Reply STOP to opt out”", True),
    ],
)
def test_quote_of_what_we_never_wrote_or_in_a_sentence_is_a_text_like_any_other(text, asks):
    deliver(make_workspace(), body(messages=[ours(), message(2, 5, text)]))
    project_all()

    conversation = Conversation.objects.get()
    assert conversation.waiting_since is not None
    assert conversation.may_be_opt_out is asks
    assert not conversation.is_opted_out


def test_reaction_does_not_end_the_wait_of_a_text_before_it():
    deliver(make_workspace(), body(messages=[ours(), message(2, 5, "How much is it?"), message(3, 6, REACTIONS[0])]))
    project_all()

    assert Conversation.objects.get().waiting_since is not None


def test_stop_in_quotes_behind_an_emoji_is_the_leads_own_word():
    deliver(make_workspace(), body(messages=[ours(), message(2, 5, "🛑 “STOP”")]))
    project_all()

    assert Conversation.objects.get().is_opted_out
