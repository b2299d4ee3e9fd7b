"""The desk speaks UTF-8, as every browser does when a page of ours sends a form."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase


class CharsetMiddleware:
    """Refuses a request that claims another encoding: in some, reading a form or a query fails wherever it is done.

    Webhooks may claim what they like: their bytes are kept as they are.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        claimed = (request.content_params or {}).get("charset", "")
        if claimed and not _is_ours(claimed) and not request.path_info.startswith("/hooks/"):
            raise BadRequest("the request claims an encoding that is not spoken here")
        return self.get_response(request)


def _is_ours(name: str) -> bool:
    try:
        return codecs.lookup(name).name in ("utf-8", "ascii")
    except (LookupError, ValueError):
        return False
