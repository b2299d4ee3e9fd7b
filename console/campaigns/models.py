from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from engage.models import Campaign, Command, ListLoad

TEMPLATES = {
    "outgoingMessage": "First message",
    "responseMessage": "Automatic answer",
    "helpMessage": "Answer to HELP",
    "stopMessage": "Answer to STOP",
    "startMessage": "Answer to START",
}


class TemplateVersion(models.Model):
    """One text that a template had or was meant to have: who wrote it, who approved it, when it became live.

    Without a change request nobody here wrote it: it was edited at Engage.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="template_versions")
    field = models.CharField(max_length=40, choices=TEMPLATES.items())
    text = models.TextField(blank=True)
    text_hash = models.CharField(max_length=64)
    change_request = models.ForeignKey(
        "ChangeRequest", null=True, blank=True, on_delete=models.SET_NULL, related_name="versions"
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    arrived_at = models.DateTimeField(null=True, blank=True, help_text="first seen at the platform")
    live_from = models.DateTimeField(null=True, blank=True, help_text="first seen there in an approved campaign")
    replaced_at = models.DateTimeField(null=True, blank=True, help_text="first seen replaced")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("campaign", "field"),
                condition=Q(arrived_at__isnull=False, replaced_at__isnull=True),
                name="one_version_at_the_platform",
            ),
            models.UniqueConstraint(fields=("change_request", "field"), name="one_version_of_a_request"),
        )
        indexes = (models.Index(fields=("campaign", "field", "-created_at"), name="versions_newest"),)

    def __str__(self) -> str:
        return f"{self.get_field_display()} of {self.campaign}"


class ChangeRequest(models.Model):
    """A proposed edit of a campaign's templates, bound to the exact texts and to the texts it was written against."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", "Waiting for approval"
        CHANGES_ASKED = "changes_asked", "Changes asked for"
        STALE = "stale", "The platform's text changed meanwhile"
        REJECTED = "rejected", "Rejected"
        WITHDRAWN = "withdrawn", "Withdrawn"
        APPROVED = "approved", "Approved, on its way to Engage"
        AT_PLATFORM = "at_platform", "Waiting for Engage to approve"
        LIVE = "live", "Live"
        REFUSED = "refused", "Refused by Engage"
        REPLACED = "replaced", "Replaced before it was live"
        FAILED = "failed", "Could not be sent"

    OPEN = (State.SUBMITTED, State.CHANGES_ASKED, State.STALE)
    ON_ITS_WAY = (State.APPROVED, State.AT_PLATFORM)

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="change_requests")
    state = models.CharField(max_length=20, choices=State.choices, default=State.SUBMITTED)
    state_since = models.DateTimeField(default=timezone.now)
    # Both by template field; `proposed` holds only what changes.
    base = models.JSONField(help_text="the platform's texts the edit was written against")
    proposed = models.JSONField(help_text="the texts asked for")
    proposed_hash = models.CharField(max_length=64, help_text="what an approval is bound to")
    comment = models.TextField(blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="change_requests"
    )
    created_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, help_text="of a rejection, of the changes asked for, of a refusal")
    command = models.OneToOneField(
        Command, null=True, blank=True, on_delete=models.SET_NULL, related_name="change_request"
    )

    class Meta:
        permissions = (
            ("approve_changes", "Can approve change requests of others"),
            ("run_campaigns", "Can activate campaigns and lists"),
            ("pause_campaigns", "Can pause campaigns and lists"),
            ("load_leads", "Can load lead lists and single leads"),
        )
        constraints = (
            # Of a double click the second finds the first; two people cannot ask for the very same thing.
            models.UniqueConstraint(
                fields=("campaign", "proposed_hash"), condition=Q(state="submitted"), name="asked_for_once"
            ),
            models.UniqueConstraint(fields=("campaign",), condition=Q(state="approved"), name="one_change_being_sent"),
        )
        indexes = (models.Index(fields=("state", "-state_since"), name="change_requests_by_state"),)

    def __str__(self) -> str:
        return f"change request {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class ListUpload(models.Model):
    """A CSV on its way to the platform: the file as it came, what its columns mean, what was found in its rows.

    What is sent is a file of its own, made while the rows are checked: only the chosen columns of the rows that are
    good. From the moment it is asked for, its command says how far it is.
    """

    class State(models.TextChoices):
        MAPPING = "mapping", "Choose the columns"
        CHECKING = "checking", "Checking the rows"
        CHECKED = "checked", "Ready to load"
        BROKEN = "broken", "The file cannot be read"
        ASKED = "asked", "Asked for; its command says more"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="list_uploads")
    state = models.CharField(max_length=20, choices=State.choices, default=State.MAPPING)
    state_since = models.DateTimeField(default=timezone.now)
    file_name = models.CharField(
        max_length=300, blank=True, help_text="as it was called where it came from; for people alone"
    )
    list_name = models.TextField()
    source = models.OneToOneField(
        ListLoad, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="the file as it came"
    )
    load = models.OneToOneField(
        ListLoad, null=True, blank=True, on_delete=models.SET_NULL, related_name="upload", help_text="what is sent"
    )
    left_out = models.OneToOneField(
        ListLoad, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="the rows that are not"
    )
    encoding = models.CharField(max_length=20, default="utf-8")
    delimiter = models.CharField(max_length=1, default=",")
    has_header = models.BooleanField(default=True)
    de_dupe = models.BooleanField(default=True)
    leave_out = models.JSONField(default=list, help_text="kinds of problems whose rows are not loaded, by choice")
    # [{"index": 0, "header": "Mobile", "field": "Phone"}, …]
    mapping = models.JSONField(default=list)
    # How far the check is: everything it needs to go on after any end of its process.
    offset = models.BigIntegerField(default=0, help_text="bytes of the file that are checked")
    last_row = models.PositiveIntegerField(default=0, help_text="of those bytes, as a spreadsheet counts rows")
    rows_done = models.PositiveIntegerField(default=0, help_text="rows of leads: neither header nor blank")
    rows_kept = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=dict, help_text="kind of problem → how many rows, and the first of them")
    seen = models.OneToOneField(
        ListLoad,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="the numbers of rows that are kept so far, eight bytes each",
    )
    step_until = models.DateTimeField(null=True, blank=True, help_text="a request checks rows until then")
    reason = models.CharField(max_length=300, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=("campaign", "-created_at"), name="uploads_newest"),)

    def __str__(self) -> str:
        return self.list_name


class ColumnMapping(models.Model):
    """What the columns of a campaign's lists meant last time, by header."""

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="column_mapping")
    fields = models.JSONField(default=dict, help_text="header → campaign field")

    def __str__(self) -> str:
        return f"columns of {self.campaign}"
