"""From a 2xx answer to typed objects; Malformed where nothing can be made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from engage.api.errors import Gone, Malformed, RateLimited, Rejected, Unauthorized, Unknown
from engage.api.json_items import each_item, is_array
from engage.api.masking import excerpt
from engage.api.strict_json import BadJson, read_json
from engage.api.transport import Answer
from engage.api.wire import Campaign, CampaignList, ConversationPayload, LeadLoadResult
from engage.api.wire.base import WireModel
from engage.api.wire.loading import REJECTED
from engage.api.wire.shapes import find_object, first_problem, is_campaign, unwrap_conversation
from engage.vault import Secret

Model = TypeVar("Model", bound=WireModel)

_READ_WHOLE = 16 * 1024 * 1024
_VALUES_EACH = 20
_DEEPEST_LIST = 4
_INSIDE = "said inside of a 200"


def read_campaign(answer: Answer) -> Campaign:
    """What answers a POST, of which a refusal inside of a 2xx settles nothing."""
    return _campaign_in(_read(answer), answer)


def read_asked_campaign(answer: Answer) -> Campaign:
    """What answers a GET; raises Gone and the like where a 2xx holds a refusal."""
    return _campaign_in(_read_asked(answer), answer)


def _campaign_in(value: object, answer: Answer) -> Campaign:
    if isinstance(value, dict) and "id" in value:
        return _validated(Campaign, value, answer)
    found = find_object(value, is_campaign)
    return _validated(Campaign, found[0] if found else value, answer)


@dataclass(frozen=True)
class LeftOut:
    """An item of a list that is none: it is listed, and that is all that is known. `id` is empty when it has none."""

    place: int
    id: str
    reason: str


@dataclass
class Page:
    """A part of the list of campaigns, or all of it. `around`: the object that holds it, once it was read."""

    answer: Answer
    around: object = None
    count: int = 0


def read_campaigns(page: Page) -> Iterator[Campaign | LeftOut]:
    """An array, or an object holding one (reading 14), one by one; Malformed when there is none, or nothing in it."""
    answer = page.answer
    understood, left_out = 0, None
    try:
        for place, item in enumerate(_campaign_items(page)):
            page.count += 1
            try:
                yield Campaign.model_validate(_without_wrapping(item))
                understood += 1
            except ValidationError as error:
                named = item.get("id") if isinstance(item, dict) else None
                left_out = LeftOut(place, named[:200] if isinstance(named, str) else "", first_problem(error))
                yield left_out
    except BadJson as error:
        raise Malformed(error.reason, answer.status) from None
    if left_out and not understood:
        raise Malformed(left_out.reason, answer.status)


def _campaign_items(page: Page) -> Iterator[object]:
    answer = page.answer
    if is_array(answer.body):
        yield from each_item(answer.body)
    elif len(answer.body) > _READ_WHOLE:
        raise Malformed("a list inside an object that is too large to be read whole", answer.status)
    else:
        page.around = _read_asked(answer)
        yield from _only_array(page.around, answer)


def _without_wrapping(item: object) -> object:
    """The campaign in an object that holds nothing else with an id, as in {"node": {…}}."""
    if not isinstance(item, dict) or "id" in item:
        return item
    inside = [child for child in item.values() if isinstance(child, dict) and "id" in child]
    return inside[0] if len(inside) == 1 else item


def read_campaign_or_list(answer: Answer, list_name: str) -> Campaign | CampaignList | None:
    """Either object, by its shape (reading 3), bare or one level down; None when there is neither.

    Nobody documents what is answered, so a 2xx is a yes whatever it holds; only an object that is clearly the campaign,
    or the list of this name, says something of their state.
    """
    try:
        value = read_json(answer.body, clean=True)
    except BadJson:
        return None
    within = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    objects = [item for item in (value, *within) if isinstance(item, dict)]
    read = (_read_object(item, list_name) for item in objects)
    return next((found for found in read if found is not None), None)


def _read_object(value: dict[str, Any], list_name: str) -> Campaign | CampaignList | None:
    try:
        if is_campaign(value):
            return Campaign.model_validate(value)
        said = CampaignList.model_validate(value)
    except ValidationError:
        return None
    return said if said.name == list_name else None


def read_conversation(answer: Answer, *, most_objects: int) -> ConversationPayload:
    # A short object takes a hundred times as much in memory as it does on the line.
    if answer.body.count(b"{") > most_objects or answer.body.count(b",") > most_objects * _VALUES_EACH:
        raise Malformed(f"more than {most_objects:,} objects in one answer", answer.status)
    value = _read_asked(answer)
    said = unwrap_conversation(value)
    return _validated(ConversationPayload, value if said is None else said, answer).answered(answer.date)


def read_message_id(answer: Answer, text: str) -> str | None:
    """The id of the one message in the answer whose text is ours; None when there is none, or several.

    The body is not documented (reading 10): nothing in it, or no body at all, is not an error.
    """
    try:
        value = read_json(answer.body, clean=True)
    except BadJson:
        return None
    ids = {found for found in _message_ids(value, text) if isinstance(found, str) and 0 < len(found) <= 200}
    return ids.pop() if len(ids) == 1 else None


def read_lead_load(answer: Answer) -> LeadLoadResult:
    return _validated(LeadLoadResult, _read(answer), answer)


def check_not_rejected(answer: Answer, private: tuple[Secret, ...]) -> None:
    """Raises Rejected when a body that is not documented says in plain words what a single lead's would."""
    try:
        value = read_json(answer.body, clean=True)
    except BadJson:
        return
    word = value.get("status") if isinstance(value, dict) else None
    if isinstance(word, str) and word.strip().casefold() == REJECTED:
        raise Rejected(
            answer.status, excerpt(bytes(answer.body[:1000]), secrets=[secret.reveal() for secret in private])
        )


def _message_ids(value: Any, text: str) -> list[object]:
    if isinstance(value, list):
        return [found for item in value for found in _message_ids(item, text)]
    if not isinstance(value, dict):
        return []
    here = [value.get("id")] if value.get("message") == text and value.get("direction") != "INBOUND" else []
    return here + [found for child in value.values() for found in _message_ids(child, text)]


def _read(answer: Answer) -> object:
    try:
        return read_json(answer.body, clean=True)
    except BadJson as error:
        raise Malformed(error.reason, answer.status) from None


def _read_asked(answer: Answer) -> object:
    """Of a GET; raises what the status inside of it says, where some answer 200 and mean another."""
    value = _read(answer)
    status = _status_inside(value)
    if status in (401, 403):
        raise Unauthorized(status, _INSIDE)
    if status in (404, 410):
        raise Gone(status, _INSIDE)
    if status == 429:
        raise RateLimited(None, _INSIDE)
    if status is not None:
        raise Unknown(_INSIDE, status)
    return value


def _status_inside(value: object) -> int | None:
    """Of an answer that holds neither a lead nor a campaign, and a number that HTTP has for a failure."""
    if not isinstance(value, dict) or "id" in value or unwrap_conversation(value) or find_object(value, is_campaign):
        return None
    inside = value.get("error")
    for fields in (value, inside if isinstance(inside, dict) else {}):
        for name in ("status", "statusCode", "code"):
            number = str(fields.get(name, ""))[:3]
            if number.isascii() and number.isdecimal() and 400 <= int(number) < 600:
                return int(number)
    return None


def _only_array(value: object, answer: Answer) -> list[Any]:
    if not isinstance(value, dict) or is_campaign(value):
        raise Malformed("expected an array of campaigns", answer.status)
    level: list[dict[str, Any]] = [value]
    for _ in range(_DEEPEST_LIST):
        # The nearest: in {"data": {"content": […]}} it is further down than in {"content": […]}.
        arrays = [array for fields in level for inside in fields.values() if (array := _as_array(inside)) is not None]
        of_objects = [array for array in arrays if array and all(isinstance(item, dict) for item in array)]
        of_campaigns = [array for array in of_objects if any(_may_be_campaign(item) for item in array)]
        for candidates in (of_campaigns, of_objects, arrays):
            if len(candidates) == 1:
                return candidates[0]
            if candidates:
                raise Malformed("expected one array of campaigns", answer.status)
        level = [inside for fields in level for inside in fields.values() if isinstance(inside, dict)]
    raise Malformed("expected one array of campaigns", answer.status)


def _as_array(inside: object) -> list[Any] | None:
    """Also an object that holds campaigns by their ids."""
    if isinstance(inside, dict) and inside and all(isinstance(item, dict) for item in inside.values()):
        items = list(inside.values())
        return items if all(_may_be_campaign(item) for item in items) else None
    return inside if isinstance(inside, list) else None


def _may_be_campaign(item: Mapping[str, Any]) -> bool:
    fields = _without_wrapping(item)
    return isinstance(fields, dict) and "id" in fields and bool(fields.keys() & {"name", "campaignStatus", "messages"})


def _validated(model: type[Model], value: object, answer: Answer) -> Model:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise Malformed(first_problem(error), answer.status) from None
