"""What the platform posts of a list load, as it is: its shape is not documented, so nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from engage.api.compressed import unpack
from engage.api.strict_json import BadJson, read_json
from engage.mirror.observations import LoadObservation, mask_tokens
from engage.models import Change, ListLoad
from engage.models.delivery import LIST_LOAD
from engage.sms.blanks import storable


def read_load_event(event_type: str, body: bytes, seen_at: datetime) -> LoadObservation | None:
    """None when it is not about a load. A body that is not JSON is kept as text."""
    number = event_type.removeprefix(LIST_LOAD)
    if number == event_type or not (number.isascii() and number.isdecimal()):
        return None
    try:
        document = read_json(unpack(body), clean=True)
    except BadJson:
        document = {"text": storable(body.decode("utf-8", "replace"))}
    return LoadObservation(int(number), mask_tokens(document), seen_at)


def merge_loads(workspace_id: int, observations: Iterable[LoadObservation]) -> None:
    """Keep the newest of each load inside the caller's transaction; announces the campaigns of those that changed."""
    for observation in sorted(observations, key=lambda observation: (observation.load_id, observation.version)):
        loads = ListLoad.objects.select_for_update(of=("self",), no_key=True).filter(
            campaign__workspace_id=workspace_id
        )
        load = loads.filter(pk=observation.load_id).first()
        if load is None or observation.version <= load.result_version:
            continue
        changes: dict[str, Any] = {"result": observation.document, "result_at": observation.seen_at}
        ListLoad.objects.filter(pk=load.pk).update(**changes, result_version=observation.version)
        Change.record_campaigns([load.campaign_id])
