from __future__ import annotations

from django.db import models
from django.db.models import Q

from engage.models.campaign import Campaign
from engage.models.workspace import Workspace
from engage.sms.blanks import first_shown, is_blank
from engage.sms.searching import read_query


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
