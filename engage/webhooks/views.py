"""The door webhooks come through: check size and token, store the bytes, answer. The projector reads them."""

from __future__ import annotations

import logging

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from engage.crash_points import crash_point
from engage.models import Delivery, ListLoad
from engage.models.delivery import LIST_LOAD
from engage.vault import Secret
from engage.webhooks.body import Unreadable, read_body
from engage.webhooks.tokens import find_workspace, name_of

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """204 once the delivery is on disk; 404 wrong token, 503 when it could not be stored, else as `read_body` says."""
    return _store(request, token)


@csrf_exempt
@require_POST
def receive_load(request: HttpRequest, token: str, load_id: int) -> HttpResponse:
    """What becomes of one list load, posted to its own address; 404 also for a load of another workspace."""
    return _store(request, token, load_id=load_id)


def _store(request: HttpRequest, token: str, *, load_id: int | None = None) -> HttpResponse:
    try:
        secret = Secret(token)
        workspace_id = find_workspace(secret)
        if workspace_id is None or (load_id is not None and not _has_load(workspace_id, load_id)):
            return HttpResponse(status=404)
        body = read_body(request)
        crash_point("webhook.before_insert")
        Delivery.objects.create(
            workspace_id=workspace_id,
            body=body,
            event_type=request.headers.get("x-event-type", "")[:100] if load_id is None else f"{LIST_LOAD}{load_id}",
            # Kept to be read by people, whatever it says: our own token is not for them.
            event_origin=request.headers.get("x-event-origin", "").replace(token, "***")[:200],
            token_name=name_of(secret),
        )
        crash_point("webhook.after_insert")
    except Unreadable as refusal:
        logger.warning("a webhook was refused with %d: %s", refusal.status, refusal)
        return HttpResponse(status=refusal.status)
    except (DatabaseError, InterfaceError) as error:
        # Never a 2xx for what is not stored: a sender that retries then does.
        logger.error("a webhook could not be stored: %s", type(error).__name__)
        return HttpResponse(status=503, headers={"Retry-After": "5"})
    return HttpResponse(status=204)


def _has_load(workspace_id: int, load_id: int) -> bool:
    return ListLoad.objects.filter(pk=load_id, campaign__workspace_id=workspace_id).exists()
