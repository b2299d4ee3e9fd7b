"""The template editor: what somebody has written so far, what is to be said of it, and whether it can be proposed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from console.campaigns import templates_lint, templates_preview, templates_reach, versions
from console.campaigns.models import TEMPLATES, ChangeRequest, TemplateVersion
from console.campaigns.templates_diff import Comparison, compare
from console.campaigns.templates_forms import EditForm, plain_text
from console.campaigns.templates_lint import Finding
from console.campaigns.templates_preview import Mark
from console.campaigns.templates_reach import Empty, Reach, Sample
from engage.models import Campaign, Lead
from engage.outbox.campaigns.templates import is_same
from engage.sms import merge_fields, segments
from engage.sms.segments import Segments

LEADS_OFFERED: Final = 25
EMPTIED: Final = (
    "Engage leaves a message as it is when it is sent an empty one, so this one cannot be emptied from here. "
    "Write another text, or have Engage's support empty it."
)


@dataclass(frozen=True)
class Draft:
    """Five texts, and by hash those of the platform that they were written against."""

    texts: Mapping[str, str]
    base_hashes: Mapping[str, str]
    comment: str = ""
    revises: ChangeRequest | None = None

    @classmethod
    def of_platform(cls, campaign: Campaign, changed: Mapping[str, str] | None = None, **more: Any) -> Draft:
        """What the platform has, with some texts already changed."""
        current = {field: plain_text(text) for field, text in versions.current_texts(campaign).items()}
        hashes = {field: versions.text_hash(text) for field, text in current.items()}
        return cls({**current, **(changed or {})}, hashes, **more)

    @classmethod
    def of_request(cls, request: ChangeRequest, campaign: Campaign) -> Draft:
        """An open request, to be written anew against what the platform has now."""
        return cls.of_platform(campaign, request.proposed, comment=request.comment, revises=request)

    @classmethod
    def of_version(cls, version: TemplateVersion, campaign: Campaign) -> Draft:
        return cls.of_platform(campaign, {version.field: version.text})

    @classmethod
    def of_form(cls, form: EditForm, campaign: Campaign, revises: ChangeRequest | None) -> Draft:
        """What was written; a text that the writer left alone is what the platform has by now."""
        texts, hashes = form.texts, form.base_hashes
        written = {field: text for field, text in texts.items() if versions.text_hash(text) != hashes[field]}
        current = {field: plain_text(text) for field, text in versions.current_texts(campaign).items()}
        return cls(current | written, hashes, form.written_comment, revises)


@dataclass(frozen=True)
class Check:
    """What is to be said of one text. `shown` is the meter of the text as the chosen lead would get it.

    `costly`: the characters that the writer wrote and that make it dearer; those of a lead's own data are not theirs.
    """

    findings: list[Finding]
    reach: Reach
    empty: list[Empty]
    marks: tuple[Mark, ...]
    shown: Segments
    costly: tuple[str, ...]
    has_swap: bool

    @property
    def has_errors(self) -> bool:
        return any(finding.is_error for finding in self.findings)


@dataclass(frozen=True)
class Edit:
    """One template in the editor. `moved`: what became of the platform's text since the writer began."""

    field: str
    label: str
    text: str
    current: str
    check: Check
    moved: Comparison | None

    @property
    def is_changed(self) -> bool:
        return not is_same(self.text, self.current)

    @property
    def is_emptied(self) -> bool:
        return bool(self.current.strip()) and not self.text.strip()

    @property
    def comparison(self) -> Comparison:
        return compare(plain_text(self.current), self.text)

    @property
    def current_hash(self) -> str:
        return versions.text_hash(self.current)

    @property
    def obstacles(self) -> list[str]:
        """Why it cannot be proposed as it is."""
        if not self.is_changed:
            return []
        if self.is_emptied:
            return [EMPTIED]
        return [finding.words for finding in self.check.findings if finding.is_error]


def merge_fields_of(campaign: Campaign) -> list[str] | None:
    """The campaign's merge fields as the platform names them; None while it has not: no campaign has none at all."""
    names = campaign.document.get("allCampaignFields")
    if not isinstance(names, list) or not names:
        return None
    custom = campaign.document.get("customFields")
    more = [
        str(entry.get("name") or "") if isinstance(entry, dict) else entry
        for entry in (custom if isinstance(custom, list) else [])
    ]
    return list(dict.fromkeys(name for name in [*names, *more] if isinstance(name, str) and name.strip()))


def find_edits(
    campaign: Campaign, draft: Draft, lead: Lead | None, fields: Collection[str] = tuple(TEMPLATES)
) -> list[Edit]:
    """The given templates as the editor shows them, from one reading of the leads."""
    sample = templates_reach.take_sample(campaign, [draft.texts[field] for field in fields])
    current = versions.current_texts(campaign)
    return [
        Edit(
            field=field,
            label=TEMPLATES[field],
            text=draft.texts[field],
            current=current[field],
            check=check_text(campaign, field, draft.texts, sample, lead),
            moved=_find_moved(campaign, field, draft, current[field]),
        )
        for field in TEMPLATES
        if field in fields
    ]


def check_text(campaign: Campaign, field: str, texts: Mapping[str, str], sample: Sample, lead: Lead | None) -> Check:
    text = texts[field]
    values = values_of(lead, text)
    shown = segments.count(merge_fields.fill(text, values))
    plain = templates_preview.swap(text)
    known = merge_fields_of(campaign)
    reach = templates_reach.measure(text, sample)
    return Check(
        findings=find_findings(campaign, field, text, texts),
        reach=reach,
        # Of a field that does not exist it is said already.
        empty=[empty for empty in reach.empty if known is None or empty.field in known],
        marks=templates_preview.preview(text, values),
        shown=shown,
        costly=segments.count(merge_fields.fill(text, {})).offending,
        # Where an emoji stays anyway, plain quotes beside it make nothing cheaper.
        has_swap=plain != text and not segments.count(merge_fields.fill(plain, {})).offending,
    )


def find_findings(campaign: Campaign, field: str, text: str, texts: Mapping[str, str]) -> list[Finding]:
    """What is to be said of a text for the template `field`; `texts`: all of them as they would be."""
    live = {name for own in campaign.messages.values() for name in merge_fields.fields_in(own)}
    known, names = merge_fields_of(campaign), [campaign.workspace.name]
    return templates_lint.lint(field, text, fields=known, live=live, texts=texts, names=names)


def values_of(lead: Lead | None, text: str) -> dict[str, str]:
    if lead is None:
        return {}
    return {name: templates_reach.field_value(lead.data, name) for name in merge_fields.fields_in(text)}


def _find_moved(campaign: Campaign, field: str, draft: Draft, current: str) -> Comparison | None:
    """The platform's text now against the one that the writer began with, if it is another and they wrote here."""
    base_hash = draft.base_hashes.get(field)
    text_hash = versions.text_hash(draft.texts[field])
    if not base_hash or base_hash in (versions.text_hash(current), text_hash):
        return None
    return compare(versions.find_text(campaign, field, base_hash) or "", plain_text(current))


def proposal_of(edits: Collection[Edit]) -> tuple[dict[str, str], dict[str, str]]:
    """(base, proposed) of the templates that are changed, exactly as the platform has them and as they were written."""
    changed = [edit for edit in edits if edit.is_changed]
    return {edit.field: edit.current for edit in changed}, {edit.field: edit.text for edit in changed}


# Which lead the preview shows


def leads_offered(campaign: Campaign, chosen: Lead | None) -> list[Lead]:
    """The newest, and the chosen one wherever it is."""
    newest = list(Lead.objects.filter(campaign=campaign).only("id", "name", "phone").order_by("-id")[:LEADS_OFFERED])
    if chosen is None or any(lead.pk == chosen.pk for lead in newest):
        return newest
    return [chosen, *newest]


def find_lead(campaign: Campaign, lead_id: int | None) -> Lead | None:
    """The chosen lead of this campaign, or its newest."""
    leads = Lead.objects.filter(campaign=campaign)
    chosen = leads.filter(id=lead_id).first() if lead_id is not None else None
    return chosen or leads.order_by("-id").first()


def find_next_lead(campaign: Campaign, lead: Lead | None) -> Lead | None:
    """The one before in time, and after the oldest the newest again; None where there is no other."""
    if lead is None:
        return None
    leads = Lead.objects.filter(campaign=campaign).exclude(id=lead.pk).order_by("-id").only("id", "name", "phone")
    return leads.filter(id__lt=lead.pk).first() or leads.first()
