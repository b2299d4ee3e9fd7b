"""The template editor, its checks, and the versions of a template."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from console.accounts.access import DeskRequest, signed_in, wants_fragment
from console.campaigns import approvals, change_requests, follow, templates_preview, versions
from console.campaigns.models import TEMPLATES, ChangeRequest, TemplateVersion
from console.campaigns.templates_diff import compare
from console.campaigns.templates_editor import (
    Draft,
    find_edits,
    find_lead,
    find_next_lead,
    leads_offered,
    merge_fields_of,
    proposal_of,
)
from console.campaigns.templates_forms import CompareForm, EditForm, first_error, number
from console.campaigns.views.desk import find_campaign
from console.display.pages import cut
from engage.models import Campaign


@require_safe
@signed_in
def templates(request: DeskRequest, campaign_id: int) -> HttpResponse:
    """The platform's texts to write on; `?request=` begins with an open request of one's own, `?version=` with an old
    text."""
    campaign = find_campaign(request, campaign_id)
    follow.settle(campaign)
    if wants_fragment(request):
        context = {"campaign": campaign, "requests": change_requests.of_campaign(campaign)}
        return render(request, "campaigns/_requests.html", context)
    return _render_editor(request, campaign, _find_draft(request, campaign))


@require_POST
@signed_in
def template_check(request: DeskRequest, campaign_id: int) -> HttpResponse:
    """What is to be said of the texts as they stand: of one for whoever types, of all for whoever looks at a lead."""
    campaign = find_campaign(request, campaign_id)
    form = EditForm(request.POST)
    draft = Draft.of_form(form, campaign, _find_revised(request, campaign, form))
    if swapped := request.POST.get("swap", ""):
        draft = _swap(draft, swapped)
    if not wants_fragment(request):
        return _render_editor(request, campaign, draft, lead_id=form.lead_id)
    field = request.POST.get("field", "")
    lead = find_lead(campaign, form.lead_id)
    edits = find_edits(campaign, draft, lead, [field] if field in TEMPLATES else TEMPLATES)
    context = {"campaign": campaign, "edits": edits, "lead": lead}
    if field in TEMPLATES:
        return render(request, "campaigns/_template_check.html", context | {"edit": edits[0]})
    context |= {"leads": leads_offered(campaign, lead), "next_lead": find_next_lead(campaign, lead)}
    return render(request, "campaigns/template_checks.html", context)


@require_POST
@signed_in
def change_request_propose(request: DeskRequest, campaign_id: int) -> HttpResponse:
    campaign = find_campaign(request, campaign_id)
    # The hashes in the form name versions: what the platform has now must be one.
    follow.settle(campaign)
    form = EditForm(request.POST)
    revised = _find_revised(request, campaign, form)
    draft = Draft.of_form(form, campaign, revised)
    lead = find_lead(campaign, form.lead_id)
    edits = find_edits(campaign, draft, lead)
    refusal = _refusal(form, edits) if campaign.document else "Engage has not described this campaign yet."
    if not refusal:
        base, proposed = proposal_of(edits)
        wish: dict[str, Any] = {"base": base, "proposed": proposed, "by": request.user}
        wish["comment"] = draft.comment
        try:
            if revised is not None:
                done = approvals.revise(request=revised, **wish)
            else:
                done = approvals.propose(campaign=campaign, **wish)
            return redirect("campaigns:change-request", done.pk)
        except approvals.NotAsAsked as error:
            refusal = str(error)
    context = {"refusal": refusal, "is_refused": True}
    return _render_editor(request, campaign, draft, lead_id=form.lead_id, status=422, **context)


@require_safe
@signed_in
def version_list(request: DeskRequest, campaign_id: int) -> HttpResponse:
    """Every text of one template, and any two of them side by side."""
    campaign = find_campaign(request, campaign_id)
    follow.settle(campaign)
    form = CompareForm(request.GET)
    if not form.is_valid():
        raise Http404
    field = form.cleaned_data["template"] or next(iter(TEMPLATES))
    rows = versions.history(campaign, field)
    shown, pages = cut(
        rows,
        number=form.cleaned_data["page"] or 1,
        size=versions.ROWS_PER_PAGE,
        address=lambda page: urlencode({"template": field, "page": page}),
    )
    new = rows.filter(pk=form.cleaned_data["new"]).first() or (shown[0] if shown else None)
    old = rows.filter(pk=form.cleaned_data["old"]).first() or (rows.exclude(pk=new.pk).first() if new else None)
    context = {
        "campaign": campaign,
        "template": field,
        "templates": TEMPLATES.items(),
        "versions": shown,
        "pages": pages,
        "old": old,
        "new": new,
        "comparison": compare(old.text, new.text) if old and new else None,
        "live_campaign_id": campaign.pk,
    }
    template = "campaigns/_versions.html" if wants_fragment(request) else "campaigns/versions.html"
    return render(request, template, context)


def _refusal(form: EditForm, edits: list[Any]) -> str:
    """Why this cannot be proposed as it stands; what is wrong with one text is said beside it."""
    if not form.is_valid():
        return first_error(form)
    if any(edit.obstacles for edit in edits):
        return "This cannot be proposed as it is. Look at what is said beside the messages."
    if any(edit.moved for edit in edits if edit.is_changed):
        return "The text at Engage changed after you began to write. Read what changed, then propose it again."
    return "" if any(edit.is_changed for edit in edits) else "Nothing is changed yet."


def _find_draft(request: DeskRequest, campaign: Campaign) -> Draft:
    if chosen := request.GET.get("request", ""):
        own = ChangeRequest.objects.filter(campaign=campaign, author=request.user, state__in=ChangeRequest.OPEN)
        return Draft.of_request(get_object_or_404(own, id=number(chosen)), campaign)
    if chosen := request.GET.get("version", ""):
        old = get_object_or_404(TemplateVersion.objects.filter(campaign=campaign), id=number(chosen))
        return Draft.of_version(old, campaign)
    return Draft.of_platform(campaign)


def _find_revised(request: DeskRequest, campaign: Campaign, form: EditForm) -> ChangeRequest | None:
    if form.revised_id is None:
        return None
    return get_object_or_404(ChangeRequest.objects.filter(campaign=campaign, author=request.user), id=form.revised_id)


def _swap(draft: Draft, field: str) -> Draft:
    if field not in TEMPLATES:
        return draft
    texts = {**draft.texts, field: templates_preview.swap(draft.texts[field])}
    return Draft(texts, draft.base_hashes, draft.comment, draft.revises)


def _render_editor(
    request: DeskRequest,
    campaign: Campaign,
    draft: Draft,
    *,
    lead_id: int | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    lead = find_lead(campaign, lead_id)
    context = {
        "campaign": campaign,
        "draft": draft,
        "edits": find_edits(campaign, draft, lead),
        "fields": merge_fields_of(campaign) or [],
        "lead": lead,
        "leads": leads_offered(campaign, lead),
        "next_lead": find_next_lead(campaign, lead),
        "requests": change_requests.of_campaign(campaign),
        "live_campaign_id": campaign.pk,
    }
    return render(request, "campaigns/templates.html", context | more, status=status)
