"""C: campaigns, listed and told of in other ways."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from engage.sandbox.dialects.catalogue import Json, Part, Phase, Said, declare, dialect

MANY = "many-campaigns"
MANY_COUNT = 900
LOG_LINES = 60
PAGE_SIZE = 2
UNSERVED, DROPPED = "unserved-campaigns", "dropped-campaign"
BLANKS_REFUSED = "blank-update-refused"
_CAMPAIGN, _PAGE = Part.CAMPAIGN, Part.CAMPAIGN_PAGE
_SUMMARY = ("id", "orgId", "workspaceId", "name", "created", "updated", "campaignStatus", "sendingStatus")
# No id of ours begins so: they begin with the time.
_INVENTED = "5eed"

# What is not served is left out by whoever hears the call, before anything is said.
declare(UNSERVED, "B3", "every second campaign is neither listed nor found, and its leads talk")
# Never mixed: the board would lose the one campaign that a test looks at.
declare(DROPPED, "C5", "the oldest campaign is neither listed nor found any more", is_mixable=False)
declare(BLANKS_REFUSED, "C9", "an update of the texts with nothing but blanks is refused")


# Never mixed: nine hundred campaigns are seven megabytes for each look.
@dialect(MANY, "C1", f"{MANY_COUNT} campaigns with {LOG_LINES} log lines each, an odd one among them", _PAGE,
         is_mixable=False)  # fmt: skip
def _list_many(said: Said) -> None:
    if said.document:
        pattern = said.document[-1]
        said.document.extend(invented(number, pattern) for number in range(MANY_COUNT - len(said.document)))


def invented(number: int, pattern: Json) -> Json:
    """One of the many; one of them is odd in every part but its name."""
    campaign = deepcopy(pattern) | {"id": f"{_INVENTED}{number:020d}", "name": f"Archive {number:04d}"}
    campaign["events"] = [
        {"timestamp": pattern["created"], "type": "INFO", "message": f"Line {line} of the log of archive {number:04d}"}
        for line in range(LOG_LINES)
    ]
    if number == MANY_COUNT // 2:
        return campaign | {"id": None, "messages": "none", "schedule": [], "updated": "lately", "dispositions": 7}
    return campaign


def number_of_invented(campaign_id: str) -> int | None:
    number = campaign_id.removeprefix(_INVENTED)
    is_invented = campaign_id.startswith(_INVENTED) and number.isdecimal() and int(number) < MANY_COUNT
    return int(number) if is_invented else None


@dialect("summaries", "C2", "the list holds summaries; whole campaigns are answered one by one", _PAGE,
         phase=Phase.EXTRAS)  # fmt: skip
def _summarise(said: Said) -> None:
    said.document = [
        {name: campaign[name] for name in _SUMMARY if name in campaign} if isinstance(campaign, dict) else campaign
        for campaign in said.document
    ]


def _declare_pages(name: str, line: str) -> Callable[[Callable[[Said, int, int], None]], None]:
    def add(wrap: Callable[[Said, int, int], None]) -> None:
        @dialect(name, "C3", line, _PAGE, aspect="pages", phase=Phase.WHOLE)
        def _turn(said: Said) -> None:
            page, everything = _page_asked_for(said), said.document
            said.document = everything[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
            wrap(said, page, len(everything))

    return add


def _page_asked_for(said: Said) -> int:
    [number, *_] = parse_qs(urlsplit(said.address).query).get("page", ["0"])
    return int(number) if number.isdecimal() else 0


def _last_page(count: int) -> int:
    return max(-(-count // PAGE_SIZE) - 1, 0)


def _address_of(said: Said, page: int) -> str:
    return urlsplit(said.address)._replace(query=urlencode({"page": page})).geturl()


@_declare_pages("pages-content", "the list comes page by page: {content, number, totalPages, last}")
def _wrap_in_content(said: Said, page: int, count: int) -> None:
    last = _last_page(count)
    said.document = {
        "content": said.document,
        "number": page,
        "size": PAGE_SIZE,
        "totalElements": count,
        "totalPages": last + 1,
        "last": page >= last,
    }


@_declare_pages("pages-next", "the list comes page by page: {campaigns, next}")
def _wrap_with_next(said: Said, page: int, count: int) -> None:
    following = _address_of(said, page + 1) if page < _last_page(count) else None
    said.document = {"campaigns": said.document, "next": following}


@_declare_pages("pages-link", "the list comes page by page, the next one in a Link header")
def _link_to_next(said: Said, page: int, count: int) -> None:
    if page < _last_page(count):
        said.headers["Link"] = f'<{_address_of(said, page + 1)}>; rel="next"'


def _declare_resting(name: str, word: str) -> None:
    @dialect(name, "C6", f"a campaign that is paused is {word}", _CAMPAIGN, aspect="word for paused")
    def _say(said: Said) -> None:
        if said.document["campaignStatus"] == "READY" and _was_ever_active(said.document):
            said.document["campaignStatus"] = word


def _was_ever_active(campaign: Json) -> bool:
    return any(entry["message"] == "Activated" for entry in campaign["events"])


for _name, _word in {
    "says-paused": "PAUSED",
    "says-inactive": "INACTIVE",
    "says-stopped": "STOPPED",
    "says-completed": "COMPLETED",
}.items():
    _declare_resting(_name, _word)


@dialect("says-running", "C6", "a campaign that is active is RUNNING", _CAMPAIGN, aspect="word for active")
def _say_running(said: Said) -> None:
    if said.document["campaignStatus"] == "ACTIVE":
        said.document["campaignStatus"] = "RUNNING"


@dialect("pauses-described", "C7", "sendingStatusDescription explains a normal rest", _CAMPAIGN)
def _describe_rest(said: Said) -> None:
    if said.document["sendingStatus"] == "IDLE" and said.document["sendingStatusDescription"] is None:
        is_active = said.document["campaignStatus"] in ("ACTIVE", "RUNNING")
        said.document["sendingStatusDescription"] = "Outside the sending hours" if is_active else "All sent"


@dialect("texts-after-approval", "C8", "new texts show once they are approved; until then the old ones", _CAMPAIGN)
def _show_approved_texts(said: Said) -> None:
    if said.campaign is not None and said.campaign.approved_messages is not None:
        said.document["messages"] = said.campaign.approved_messages


@dialect("fields-untold", "C10", "allCampaignFields is left out", _CAMPAIGN, aspect="fields")
def _leave_out_fields(said: Said) -> None:
    said.document.pop("allCampaignFields", None)


@dialect("fields-incomplete", "C10", "allCampaignFields names Phone and Zip alone", _CAMPAIGN, aspect="fields")
def _name_few_fields(said: Said) -> None:
    said.document["allCampaignFields"] = ["Phone", "Zip"]


def is_blank_update(body: bytes) -> bool:
    try:
        document: Any = json.loads(body)
    except ValueError:
        return False
    return isinstance(document, dict) and not any(isinstance(text, str) and text.strip() for text in document.values())
