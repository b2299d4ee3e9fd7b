from __future__ import annotations

from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When

from engage.models.campaign import Campaign
from engage.models.workspace import Workspace
from engage.sms.blanks import first_shown, is_blank
from engage.sms.phones import normalize
from engage.sms.searching import clean_query, fold, read_query

# More words than these nobody reads together.
_MOST_WORDS = 16


class Lead(models.Model):
    """A person a campaign wrote to. The same phone number may be a lead of several campaigns."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="leads")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="leads")
    remote_id = models.CharField(max_length=200)
    remote_list_id = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=40, blank=True, help_text="as the platform writes it")
    number = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="the phone as consent is kept by it, E.164"
    )
    from_number = models.CharField(max_length=40, blank=True)
    search_text = models.CharField(max_length=400, blank=True, help_text="folded name, a space, digits of the phone")
    time_zone = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=100, blank=True)
    zip = models.CharField(max_length=40, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    carrier = models.CharField(max_length=200, blank=True)
    normalized_carrier = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=100, blank=True)
    status_read_at = models.DateTimeField(null=True, blank=True, help_text="start of the newest GET that gave a status")
    status_message = models.TextField(blank=True)
    remote_created_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    result_at = models.DateTimeField(null=True, blank=True)
    retry_after = models.CharField(max_length=100, blank=True)
    data = models.JSONField(default=dict, blank=True, help_text="leadData: whatever was loaded")
    unknown_fields = models.JSONField(default=dict, blank=True, help_text="what the guide does not name, kept")
    named_versions = models.JSONField(
        default=dict, blank=True, db_default={}, help_text="of parts that the newest statement does not name"
    )

    class Meta:
        constraints = (models.UniqueConstraint(fields=("workspace", "remote_id"), name="lead_is_one_row"),)
        indexes = (
            models.Index(fields=("workspace", "phone"), name="lead_by_phone"),
            models.Index(fields=("workspace", "number"), name="lead_by_number"),
        )

    def __str__(self) -> str:
        return first_shown(self.name, self.phone, self.remote_id) or f"lead {self.pk}"


def found_by(text: str, column: str = "search_text") -> Q:
    """Whether a column of search texts holds all that a person asks for; what is blank asks for nothing."""
    wanted = read_query(text)
    if not wanted:
        return Q() if is_blank(text) else Q(pk__in=())
    found = Q()
    for one in wanted:
        either = Q()
        for spelling in one.spellings:
            either |= Q(**{f"{column}__contains": spelling})
        if one.pieces:
            either |= Q(*(Q(**{f"{column}__contains": piece}) for piece in one.pieces))
        found &= either
    return found


def nearness(text: str, lead: str = "") -> Case:
    """How near a name or number comes to what is asked: 0 to the letter, the greatest only by the folding.

    `lead`: what leads from the rows to their lead, as "lead__".
    """
    asked = clean_query(text)
    name = f"{lead}name"
    exact = Q(**{name: asked}) | Q(**{f"{lead}phone": asked})
    if number := normalize(asked):
        exact |= Q(**{f"{lead}number": number})
    tiers = (
        exact,
        Q(**{f"{name}__iexact": asked}),
        Q(*(_has_word(name, word) for word in asked.split()[:_MOST_WORDS])),
        Q(**{f"{lead}search_text__startswith": f"{fold(asked)} "}),
    )
    ranks = (When(tier, then=Value(rank)) for rank, tier in enumerate(tiers))
    return Case(*ranks, default=Value(len(tiers)), output_field=IntegerField())


def _has_word(column: str, word: str) -> Q:
    """As a word of its own, to the letter."""
    ends = Q(**{column: word}) | Q(**{f"{column}__startswith": f"{word} "}) | Q(**{f"{column}__endswith": f" {word}"})
    return ends | Q(**{f"{column}__contains": f" {word} "})
