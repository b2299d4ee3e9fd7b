"""A call on its way in, brought back to the plain reading, or refused as this account would refuse it."""

from __future__ import annotations

import io
import json
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from engage.sandbox.dialects import campaigns, keys, scalars, subjects
from engage.sandbox.dialects.answering import REFUSALS
from engage.sandbox.dialects.speech import Speech, current
from engage.sandbox.models import Campaign

Environ = dict[str, Any]

CAMPAIGNS = "/api/public/engage/campaigns"


@dataclass(frozen=True)
class Refusal:
    status: int
    content_type: str
    body: bytes


def bring_back(environ: Environ, speech: Speech) -> Refusal | None:
    """Changes the call in place; answers why it goes no further, or nothing."""
    for name, (status, content_type, body) in REFUSALS.items():
        if name in speech.names and time.monotonic() < speech.began_at + speech.refuse_for_s:
            return Refusal(status, content_type, body)
    if keys.has_key(environ["PATH_INFO"]):
        return _bring_back_key(environ, speech)
    if environ["PATH_INFO"].startswith(f"{CAMPAIGNS}/"):
        return _bring_back_campaign(environ, speech)
    return None


def campaign_id(given: str) -> str:
    """The id of the campaign that a caller names so, by its number perhaps."""
    ending = scalars.ending_of(given) if current().may_say("numeric-ids") else None
    if ending is None:
        return given
    found: str | None = Campaign.objects.filter(id__endswith=ending).values_list("id", flat=True).first()
    return found or given


def hidden_campaigns(speech: Speech) -> set[str]:
    """The ids of those that this account does not serve."""
    if not speech.may_say(campaigns.UNSERVED) and not speech.may_say(campaigns.DROPPED):
        return set()
    hidden = set()
    for position, (identifier, name) in enumerate(Campaign.objects.order_by("id").values_list("id", "name")):
        words = speech.about(name)
        is_second = position % 2 == 1
        if (is_second and campaigns.UNSERVED in words) or (position == 0 and campaigns.DROPPED in words):
            hidden.add(identifier)
    return hidden


def _bring_back_key(environ: Environ, speech: Speech) -> Refusal | None:
    lead = keys.lead_named_by(environ["QUERY_STRING"])
    if lead is None:
        # The plain endpoint says so.
        return None
    words = speech.about(subjects.of_lead(lead))
    query = keys.plain_query(environ["PATH_INFO"], environ["QUERY_STRING"], lead, words)
    if query is None:
        return _refused(404, "No conversation has this key")
    environ["QUERY_STRING"] = query
    return None


def _bring_back_campaign(environ: Environ, speech: Speech) -> Refusal | None:
    given, slash, deed = environ["PATH_INFO"].removeprefix(f"{CAMPAIGNS}/").partition("/")
    identifier = campaign_id(given)
    environ["PATH_INFO"] = f"{CAMPAIGNS}/{identifier}{slash}{deed}"
    if identifier in hidden_campaigns(speech):
        return _refused(404, "No such campaign")
    if deed == "messages" and speech.may_say(campaigns.BLANKS_REFUSED):
        return _refuse_blanks(environ, speech, identifier)
    return None


def _refuse_blanks(environ: Environ, speech: Speech, identifier: str) -> Refusal | None:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    name: str = Campaign.objects.filter(id=identifier).values_list("name", flat=True).first() or ""
    if campaigns.BLANKS_REFUSED in speech.about(name) and campaigns.is_blank_update(body):
        return _refused(400, "There is nothing to update")
    return None


def _refused(status: int, message: str) -> Refusal:
    problem = {"status": status, "error": HTTPStatus(status).phrase, "message": message}
    return Refusal(status, "application/json", json.dumps(problem).encode())
