"""Engage opts in on START alone, so nothing else that a lead writes lifts a lock."""

import pytest

from engage.mirror.projector import project_all
from engage.models import Consent, Conversation
from tests.engage.deliveries import body, deliver, make_workspace, message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("text", ["UNSTOP", "start?", "start please", "YES", "opt me back in", "ＳＴＡＲＴ"])
def test_what_only_may_ask_for_texts_again_lifts_nothing(text):
    deliver(make_workspace(), body(messages=[message(1, 0, "STOP"), message(2, 5, text)]))
    project_all()

    assert Conversation.objects.get().status == Conversation.Status.OPTED_OUT
    assert not Consent.objects.filter(kind=Consent.Kind.OPTED_IN).exists()
