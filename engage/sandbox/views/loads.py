"""Loading leads, as the vendor's neighbouring guides describe it. Both calls ask for X-API-KEY.

A file is answered at once and loaded afterwards: what became of it is posted to the request's `webhookUrl`. A single
lead is answered with what became of it.
"""

from __future__ import annotations

import json
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.views.decorators.http import require_POST

from engage.sandbox import ledger
from engage.sandbox.database import writing
from engage.sandbox.dialects.hearing import campaign_id
from engage.sandbox.loading import files, loader
from engage.sandbox.loading.lists import checked_name, list_named, load_lead, name_of_file
from engage.sandbox.loading.request import parse
from engage.sandbox.loading.rows import Refused
from engage.sandbox.models import Campaign
from engage.sandbox.payloads import LEAD_FIELDS
from engage.sandbox.schedule import Misunderstood
from engage.sandbox.views.campaigns import with_api_key
from engage.sandbox.views.errors import refuse

LARGEST_FILE = 64 * 1024 * 1024


@with_api_key
@require_POST
def list_load(request: HttpRequest) -> HttpResponse:
    if request.content_type != "multipart/form-data":
        return refuse(415, "Content-Type must be multipart/form-data")
    try:
        form, uploads = _VerbatimParser(request.META, request, request.upload_handlers, request.encoding).parse()
    except MultiPartParserError:
        return refuse(400, "The body is not multipart/form-data")
    campaign = Campaign.objects.filter(id=campaign_id(form.get("campaignId", ""))).first()
    if campaign is None:
        return refuse(404, "No such campaign")
    file = uploads.get("file")
    if not isinstance(file, UploadedFile) or not file.size:
        return refuse(400, "A file with rows is required")
    if file.size > LARGEST_FILE:
        return refuse(413, f"A file may have {LARGEST_FILE} bytes")
    try:
        return _take_file(campaign, file, form, is_dropped=request.META["sandbox.is_dropped"])
    except Misunderstood as problem:
        return refuse(400, str(problem))


@with_api_key
@require_POST
def lead_load(request: HttpRequest) -> HttpResponse:
    if request.content_type != "application/json":
        return refuse(415, "Content-Type must be application/json")
    try:
        wanted = _wanted_lead(request.body)
    except Misunderstood as problem:
        return refuse(400, str(problem))
    with writing():
        campaign = Campaign.objects.filter(id=campaign_id(wanted.pop("campaign_id"))).first()
        if campaign is None:
            return refuse(404, "No such campaign")
        is_dropped = request.META["sandbox.is_dropped"]
        try:
            _check_fields(wanted["data"])
            lead_id = None if is_dropped else load_lead(campaign=campaign, **wanted).id
        except Refused as refusal:
            return JsonResponse({"status": "Rejected", "reason": refusal.reason, "message": refusal.message})
        ledger.record("lead_load", campaign_id=campaign.id, text=wanted["list_name"], is_accepted=not is_dropped)
    return JsonResponse({"status": "Accepted", "reason": None, "message": "Lead was loaded", "leadId": lead_id})


class _VerbatimParser(MultiPartParser):
    """A list may be named after its file, and is then called by that name: nothing of it is tidied up."""

    def sanitize_file_name(self, file_name: str) -> str:
        return file_name


def _take_file(campaign: Campaign, file: UploadedFile[bytes], form: QueryDict, *, is_dropped: bool) -> HttpResponse:
    wanted = parse(form.get("processRequest", ""), LEAD_FIELDS)
    name = checked_name(form.get("listName") or name_of_file(file.name or ""))
    path = files.keep(file.chunks())
    try:
        total = sum(1 for _ in files.rows(path, has_headers=wanted.first_row_headers))
        list_id = None
        with writing():
            if not is_dropped:
                lead_list = list_named(campaign, name)
                list_id = loader.accept(lead_list=lead_list, path=path, request=wanted, total=total).lead_list_id
            ledger.record("list_load", campaign_id=campaign.id, text=name, is_accepted=not is_dropped)
    except Exception:
        path.unlink()
        raise
    if is_dropped:
        path.unlink()
    answer = {"status": "Accepted", "id": list_id, "campaignId": campaign.id, "listName": name, "total": total}
    return JsonResponse(answer)


def _wanted_lead(body: bytes) -> dict[str, Any]:
    """The arguments of `load_lead`, the campaign by its id. Raises Misunderstood."""
    try:
        document = json.loads(body)
    except ValueError:
        raise Misunderstood("The body is not JSON") from None
    if not isinstance(document, dict) or not isinstance(document.get("campaignId"), str):
        raise Misunderstood("The body must be an object with a campaignId")
    name, de_dupe, fields = document.get("listName"), document.get("deDupe", False), document.get("fields")
    if not isinstance(name, str) or not isinstance(de_dupe, bool) or not isinstance(fields, list) or not fields:
        raise Misunderstood("listName must be a string, deDupe true or false, fields an array")
    if not all(map(_is_field, fields)):
        raise Misunderstood("A field must be an object of name, value and perhaps type, all strings")
    typed = (field["name"] for field in fields if (field.get("type") or "").lower() == "phone")
    return {
        "campaign_id": document["campaignId"],
        "list_name": checked_name(name),
        "data": {field["name"]: field["value"].strip() for field in fields},
        "phone_field": next(typed, "Phone"),
        "de_dupe": de_dupe,
    }


def _is_field(field: Any) -> bool:
    return (
        isinstance(field, dict)
        and isinstance(field.get("name"), str)
        and isinstance(field.get("value"), str)
        and isinstance(field.get("type"), str | None)
    )


def _check_fields(data: dict[str, str]) -> None:
    unknown = sorted(set(data) - set(LEAD_FIELDS))
    if unknown:
        raise Refused("UnknownField", f"The campaign has no field {unknown[0]!r}")
