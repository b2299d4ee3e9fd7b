"""Some answer 200 and say inside of it that they refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engage.api.answers import Page, read_asked_campaign, read_campaign, read_campaigns, read_conversation
from engage.api.errors import EngageError, Gone, Malformed, RateLimited, Unauthorized, Unknown
from engage.api.transport import Answer

INSIDE = [
    ({"status": 404, "error": "Not Found"}, Gone),
    ({"status": "404 NOT_FOUND"}, Gone),
    ({"statusCode": 403, "message": "no"}, Unauthorized),
    ({"error": {"code": 429}}, RateLimited),
    ({"code": 500}, Unknown),
    ({"error": "something broke"}, Malformed),
    ({"status": "ok"}, Malformed),
]


def answer(value: Any) -> Answer:
    return Answer(200, json.dumps(value).encode())


@pytest.mark.parametrize(("value", "error"), INSIDE)
def test_what_was_asked_for_is_refused_as_it_is_said(value: Any, error: type[EngageError]) -> None:
    for ask in (
        lambda: read_conversation(answer(value), most_objects=100),
        lambda: read_asked_campaign(answer(value)),
        lambda: list(read_campaigns(Page(answer(value)))),
    ):
        with pytest.raises(error) as raised:
            ask()
        assert type(raised.value) is error


def test_of_a_post_it_settles_nothing() -> None:
    with pytest.raises(Malformed):
        read_campaign(answer({"status": 404}))


def test_campaign_with_a_number_for_a_status_is_no_refusal() -> None:
    assert read_asked_campaign(answer({"id": "c", "status": 404, "campaignStatus": "ACTIVE"})).id == "c"
