"""One uploaded file on its way: its columns, the check of its rows, the load and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from console.accounts.access import DeskRequest, signed_in, wants_fragment
from console.campaigns import lists_actions
from console.campaigns.csv_inspection import BadFile
from console.campaigns.lists_checking import STEP_SECONDS, check_step
from console.campaigns.lists_forms import ColumnsForm, DecisionForm, KeyForm, ReadingForm
from console.campaigns.lists_page import upload_context
from console.campaigns.lists_turns import turn
from console.campaigns.models import ListUpload
from console.campaigns.views.desk import find_campaign, require_permission
from console.campaigns.views.lists import LOAD
from engage.models import ListLoad
from engage.outbox.refusals import NotPossibleNow, Refused

# Somebody without JavaScript presses a button for every step: then it is a longer one.
_LONG_STEP_SECONDS = 8.0
_PIECE = 64 * 1024


@require_safe
@signed_in
def list_upload(request: DeskRequest, campaign_id: int, upload_id: int) -> HttpResponse:
    return _answer(request, _find(request, campaign_id, upload_id))


@require_POST
@signed_in
def list_upload_read(request: DeskRequest, campaign_id: int, upload_id: int) -> HttpResponse:
    """Another separator, or the first row is a header after all: the columns are guessed anew."""
    upload = _find(request, campaign_id, upload_id)
    form = ReadingForm(request.POST)
    if not form.is_valid():
        return _answer(request, upload, refusal="Choose what separates the columns.", status=422)
    try:
        lists_actions.read_anew(
            upload=upload, delimiter=form.cleaned_data["delimiter"], is_headed=form.cleaned_data["has_header"]
        )
    except BadFile as refusal:
        return _answer(request, _find(request, campaign_id, upload_id), refusal=str(refusal), status=422)
    except NotPossibleNow as refusal:
        return _answer(request, upload, refusal=str(refusal), status=409)
    return _done(request, campaign_id, upload_id)


@require_POST
@signed_in
def list_upload_map(request: DeskRequest, campaign_id: int, upload_id: int) -> HttpResponse:
    """The columns as chosen. With `look` nothing is decided yet: what would be missing is said."""
    upload = _find(request, campaign_id, upload_id)
    form = ColumnsForm(request.POST, upload=upload)
    if "look" in request.POST:
        return _answer(request, upload, form=form)
    if not form.is_valid():
        return _answer(request, upload, form=form, status=422)
    try:
        lists_actions.choose_columns(
            upload=upload,
            columns=form.columns,
            list_name=form.cleaned_data["list_name"],
            de_dupe=form.cleaned_data["de_dupe"],
            leave_out=form.cleaned_data["leave_out"],
        )
    except NotPossibleNow as refusal:
        return _answer(request, _find(request, campaign_id, upload_id), refusal=str(refusal), status=409)
    return _done(request, campaign_id, upload_id)


@require_POST
@signed_in
def list_upload_check(request: DeskRequest, campaign_id: int, upload_id: int) -> HttpResponse:
    """The next step of the check."""
    upload = _find(request, campaign_id, upload_id)
    with turn(upload.pk) as is_ours:
        if is_ours:
            check_step(upload, seconds=STEP_SECONDS if wants_fragment(request) else _LONG_STEP_SECONDS)
    return _done(request, campaign_id, upload_id, is_waiting=not is_ours)


@require_POST
@signed_in
def list_upload_load(request: DeskRequest, campaign_id: int, upload_id: int) -> HttpResponse:
    upload = _find(request, campaign_id, upload_id)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _answer(request, upload, refusal="Reload the page and try again.", status=422)
    try:
        lists_actions.load(upload=upload, by=request.user, key=form.cleaned_data["key"])
    except NotPossibleNow as refusal:
        return _answer(request, upload, refusal=str(refusal), status=409)
    except Refused as refusal:
        return _answer(request, upload, refusal=str(refusal), status=422)
    return _done(request, campaign_id, upload_id)


@require_POST
@signed_in
def list_upload_decide(request: DeskRequest, campaign_id: int, upload_id: int) -> HttpResponse:
    """About a load that waits, or of which nobody knows whether it arrived."""
    upload = _find(request, campaign_id, upload_id)
    form = DecisionForm(request.POST)
    command = upload.load.command if upload.load else None
    if command is None or not form.is_valid():
        return _answer(request, upload, refusal="This cannot be decided here.", status=422)
    try:
        lists_actions.decide(command=command, decision=form.cleaned_data["decision"], by=request.user)
    except NotPossibleNow as refusal:
        return _answer(request, _find(request, campaign_id, upload_id), refusal=str(refusal), status=409)
    except Refused as refusal:
        return _answer(request, upload, refusal=str(refusal), status=422)
    return _done(request, campaign_id, upload_id)


@require_POST
@signed_in
def list_upload_discard(request: DeskRequest, campaign_id: int, upload_id: int) -> HttpResponse:
    upload = _find(request, campaign_id, upload_id)
    try:
        lists_actions.discard(upload=upload, by=request.user)
    except NotPossibleNow as refusal:
        return _answer(request, _find(request, campaign_id, upload_id), refusal=str(refusal), status=409)
    messages.success(request, f"“{upload.file_name}” is forgotten. Nothing of it was sent.")
    return redirect("campaigns:lists", campaign_id)


@require_safe
@signed_in
def list_upload_left_out(request: DeskRequest, campaign_id: int, upload_id: int) -> HttpResponse:
    """The rows that are not loaded, each with the reason, for a spreadsheet."""
    upload = _find(request, campaign_id, upload_id)
    if upload.left_out is None or not upload.left_out.has_file:
        raise Http404
    response = StreamingHttpResponse(_pieces(upload.left_out), content_type="text/csv; charset=utf-8")
    name = f"{upload.list_name} - left out.csv"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    # What is done to a response on its way out is done to one that streams as well.
    return cast(HttpResponse, response)


def _find(request: DeskRequest, campaign_id: int, upload_id: int) -> ListUpload:
    """404 for what is in another campaign, 403 for who may not load leads: a file is full of people."""
    campaign = find_campaign(request, campaign_id)
    require_permission(request, *LOAD)
    uploads = ListUpload.objects.select_related("source", "load__command", "left_out", "uploaded_by")
    upload = get_object_or_404(uploads.filter(campaign=campaign), id=upload_id)
    upload.campaign = campaign
    return upload


def _answer(
    request: DeskRequest,
    upload: ListUpload,
    *,
    form: ColumnsForm | None = None,
    refusal: str = "",
    status: int = 200,
    is_waiting: bool = False,
) -> HttpResponse:
    template = "campaigns/_upload.html" if wants_fragment(request) else "campaigns/list_upload.html"
    context = upload_context(upload, form=form, refusal=refusal) | {"is_waiting": is_waiting}
    return render(request, template, context, status=status)


def _done(request: DeskRequest, campaign_id: int, upload_id: int, *, is_waiting: bool = False) -> HttpResponse:
    """`is_waiting`: for another file, whose rows are checked just now."""
    if wants_fragment(request):
        return _answer(request, _find(request, campaign_id, upload_id), is_waiting=is_waiting)
    return redirect("campaigns:list-upload", campaign_id, upload_id)


def _pieces(load: ListLoad) -> Iterator[bytes]:
    with load.open_file() as file:
        while piece := file.read(_PIECE):
            yield piece
