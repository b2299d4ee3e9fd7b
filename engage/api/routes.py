"""Every path we ever call, and nothing else: a URL from a payload has no way in."""

from __future__ import annotations

from typing import Literal, NamedTuple
from urllib.parse import quote

from engage.api.errors import Rejected

_PUBLIC = "/api/public/engage"


_MIB = 1024 * 1024


class Route(NamedTuple):
    """`limit`: bytes that an answer may have. `most_objects`: what those bytes may unfold to in memory."""

    method: Literal["GET", "POST"]
    origin: Literal["core", "conversation"]
    path: str
    limit: int = _MIB
    most_objects: int = 50_000


_ONE_CAMPAIGN = 4 * _MIB
# Thousands of campaigns of 8 kB; read object by object.
LIST_CAMPAIGNS = Route("GET", "core", f"{_PUBLIC}/campaigns", limit=64 * _MIB)
GET_CAMPAIGN = Route("GET", "core", f"{_PUBLIC}/campaigns/{{id}}", limit=_ONE_CAMPAIGN)
UPDATE_MESSAGES = Route("POST", "core", f"{_PUBLIC}/campaigns/{{id}}/messages", limit=_ONE_CAMPAIGN)
ACTIVATE_CAMPAIGN = Route("POST", "core", f"{_PUBLIC}/campaigns/{{id}}/activate", limit=_ONE_CAMPAIGN)
PAUSE_CAMPAIGN = Route("POST", "core", f"{_PUBLIC}/campaigns/{{id}}/pause", limit=_ONE_CAMPAIGN)
ACTIVATE_LIST = Route("POST", "core", f"{_PUBLIC}/campaigns/{{id}}/lists/activate", limit=_ONE_CAMPAIGN)
PAUSE_LIST = Route("POST", "core", f"{_PUBLIC}/campaigns/{{id}}/lists/pause", limit=_ONE_CAMPAIGN)
LOAD_LIST = Route("POST", "core", f"{_PUBLIC}/list/load")
LOAD_LEAD = Route("POST", "core", f"{_PUBLIC}/lead/load")
# 20,000 texts of some length each.
GET_CONVERSATION = Route("GET", "conversation", f"{_PUBLIC}/conversation", limit=16 * _MIB, most_objects=70_000)
SEND_MESSAGE = Route("POST", "conversation", f"{_PUBLIC}/conversation/send")
CHOOSE_DISPOSITION = Route("POST", "conversation", f"{_PUBLIC}/conversation/disposition")
WIDGET_PATH = "/engage"


def quoted(text: str) -> str:
    """Percent-encoded for one place in a URL; raises Rejected for what no URL can carry."""
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise Rejected(None, "holds half of a character pair, which cannot be sent") from None


def campaign_path(route: Route, campaign_id: str) -> str:
    return route.path.format(id=quoted(checked_id(campaign_id)))


def checked_id(campaign_id: str) -> str:
    """As it is; raises Rejected for what names no campaign."""
    # "." and ".." survive percent-encoding and would walk to another path.
    if campaign_id.strip(".") == "":
        raise Rejected(None, "not a campaign id")
    return campaign_id
