"""Files into lists, in the background: some rows at a time, so that everything else goes on meanwhile."""

from __future__ import annotations

import logging
import threading
from itertools import islice
from pathlib import Path

from engage.sandbox import stamps, webhooks
from engage.sandbox.database import writing
from engage.sandbox.loading import files
from engage.sandbox.loading.request import LoadRequest, understand
from engage.sandbox.loading.rows import Refused, duplicate, new_lead, phone_in, phones_known
from engage.sandbox.models import Lead, LeadList, ListLoad
from engage.sandbox.payloads import LEAD_FIELDS
from engage.sandbox.schedule import Misunderstood
from engage.sandbox.sending import broadcast

ROWS_AT_ONCE = 500
ERRORS_KEPT = 100

_arrived = threading.Event()
logger = logging.getLogger(__name__)


def start() -> None:
    """Go on with what an earlier run left unfinished, and with what arrives."""
    _arrived.set()
    threading.Thread(target=_run, name="loader", daemon=True).start()


def accept(*, lead_list: LeadList, path: Path, request: LoadRequest, total: int) -> ListLoad:
    """To be loaded once this is committed. Call inside `writing()`."""
    load = ListLoad.objects.create(lead_list=lead_list, path=str(path), request=request.as_json(), total=total)
    _arrived.set()
    return load


def _run() -> None:
    while True:
        _arrived.wait()
        _arrived.clear()
        # Whoever announced a file may not have committed it yet.
        with writing():
            waiting = list(ListLoad.objects.unfinished())
        for load in waiting:
            try:
                _work_off(load)
            except Exception:
                # One file that cannot be loaded must not keep out the others.
                logger.exception("list load %s was not finished", load.n)


def _work_off(load: ListLoad) -> None:
    request = understand(load.request, LEAD_FIELDS)
    path, problem = Path(load.path), ""
    try:
        rows = islice(files.rows(path, has_headers=request.first_row_headers), load.read, None)
        while batch := list(islice(rows, ROWS_AT_ONCE)):
            if not _take(load.n, request, batch):
                return
    except (Misunderstood, OSError) as error:
        problem = str(error)
    _finish(load.n, request, problem)
    path.unlink(missing_ok=True)


def _take(n: int, request: LoadRequest, batch: list[files.Row]) -> bool:
    """These rows with the counts of them; False when a reset has swept the load away."""
    with writing():
        load = ListLoad.objects.select_related("lead_list__campaign").filter(n=n).first()
        if load is None:
            return False
        leads = _leads_of(load, request, batch)
        Lead.objects.bulk_create(leads, batch_size=ROWS_AT_ONCE)
        load.read += len(batch)
        load.accepted += len(leads)
        load.rejected += len(batch) - len(leads)
        load.save()
        broadcast.wake()
    return True


def _leads_of(load: ListLoad, request: LoadRequest, batch: list[files.Row]) -> list[Lead]:
    """The acceptable ones; what is wrong with the others is noted on the load."""
    found: list[tuple[int, dict[str, str], str]] = []
    for number, cells in batch:
        data = {name: cells[index].strip() if index < len(cells) else "" for index, name in request.columns}
        try:
            found.append((number, data, phone_in(data)))
        except Refused as refusal:
            _note(load, number, data, refusal)
    known = phones_known(load.lead_list.campaign, {phone for _, _, phone in found}) if request.de_dupe else set()
    leads: list[Lead] = []
    for number, data, phone in found:
        if phone in known:
            _note(load, number, data, duplicate())
            continue
        if request.de_dupe:
            known.add(phone)
        leads.append(new_lead(load.lead_list, data, phone))
    return leads


def _note(load: ListLoad, number: int, data: dict[str, str], refusal: Refused) -> None:
    if len(load.errors) < ERRORS_KEPT:
        phone = data.get("Phone", "")[:40]
        load.errors.append({"row": number, "phone": phone, "reason": refusal.reason, "message": refusal.message})


def _finish(n: int, request: LoadRequest, problem: str) -> None:
    with writing():
        load = ListLoad.objects.select_related("lead_list").filter(n=n).first()
        if load is None:
            return
        load.finished_at = stamps.now()
        load.save()
        if request.webhook_url:
            lead_list = load.lead_list
            body = {
                "status": "Failed" if problem else "Completed",
                "message": problem or None,
                "campaignId": lead_list.campaign_id,
                "listId": lead_list.id,
                "listName": lead_list.name,
                "total": load.total,
                "accepted": load.accepted,
                "rejected": load.rejected,
                "errors": load.errors,
            }
            subject, lane_key = lead_list.name, lead_list.campaign_id
            webhooks.enqueue("ListLoad", subject, lane_key, body, url=request.webhook_url, header="ListLoad")
