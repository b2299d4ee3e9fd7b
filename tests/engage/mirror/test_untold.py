"""What Engage has to be told is a function of what was said: replays in any number add nothing to it."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engage.api.wire import ConversationPayload
from engage.mirror.merge import merge
from engage.mirror.observations import ConversationObservation, Observations
from engage.mirror.untold import find_telling_disposition
from engage.models import Command, Consent, Conversation, Telling
from engage.outbox.telling import tell_due
from tests.engage.deliveries import STARTED, body, message
from tests.factories import make_conversation, make_workspace

pytestmark = pytest.mark.django_db

TEXTS = ("Unsubscribe", "stop texting me", "STOP.", "Hello")


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(st.integers(0, len(TEXTS) - 1), min_size=1, max_size=10),
    tells=st.lists(st.booleans(), min_size=10, max_size=10),
)
def test_replays_in_any_order_tell_a_number_once(db: None, said: list[int], tells: list[bool]) -> None:
    workspace = make_workspace()
    workspace_id, lead_id = workspace.pk, f"lead-of-{workspace.pk}"
    for number, is_told in zip(said, tells, strict=False):
        payload = body("NewMessage", lead_id=lead_id, messages=[message(number, number, TEXTS[number])])
        observation = ConversationObservation(ConversationPayload.model_validate(payload), STARTED, is_read=True)
        with transaction.atomic():
            merge(workspace_id, Observations(conversations=[observation]))
        Conversation.objects.filter(workspace_id=workspace_id).update(key_fingerprint="known")
        if is_told:
            tell_due()
    tell_due()

    mine = {"workspace_id": workspace_id}
    is_locked = any(TEXTS[number] != "Hello" for number in said)
    locks = Consent.objects.filter(**mine).count()
    asked = Telling.objects.filter(consent__workspace_id=workspace_id)
    assert asked.count() == locks
    told = asked.exclude(state=Telling.State.COVERED).count()
    assert told == (1 if is_locked else 0)
    assert Command.objects.filter(**mine).count() <= 1
    assert not Consent.objects.filter(**mine, tell_from__isnull=False).exists()


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (("DNC",), "DNC"),
        (("Wrong number", "Opted Out"), "Opted Out"),
        (("Wrong number", "OPT-OUT", "Stop"), "OPT-OUT"),
        (("Deceased", "opt out by sms"), "opt out by sms"),
        (("Deceased", "ＳＴＯＰ"), "ＳＴＯＰ"),
        (("Deceased", "Asked to stop"), "Asked to stop"),
        (("Wrong number", "Deceased"), ""),
        (("Wrong number", "Shop closed"), ""),
        ((), ""),
    ],
)
def test_disposition_that_tells_it_is_found_by_what_it_says(names: tuple[str, ...], chosen: str) -> None:
    rows = [{"id": name, "disposition": name, "doNotContact": True} for name in names]
    conversation = make_conversation(dispositions=[{"id": "1", "disposition": "OK", "doNotContact": False}, *rows])

    name, reason = find_telling_disposition(conversation)

    assert name == chosen
    assert bool(reason) is not bool(chosen)
