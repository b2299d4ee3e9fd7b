from __future__ import annotations

from django.db import models
from django.utils import timezone

from engage.sms.blanks import first_shown
from engage.vault import Secret, fingerprint, seal, unseal


class Workspace(models.Model):
    """One account at the platform: where it answers, its API key, and the address its webhooks come to."""

    name = models.CharField(max_length=200, unique=True)
    org_id = models.BigIntegerField()
    workspace_id = models.BigIntegerField()
    core_origin = models.CharField(max_length=200, default="https://core.purecallerid.app")
    conversation_origin = models.CharField(max_length=200, default="https://api.purecallerid.app")
    widget_origin = models.CharField(max_length=200, default="https://agent.purecallerid.app")
    sealed_api_key = models.BinaryField(default=b"", blank=True)
    sealed_webhook_token = models.BinaryField(default=b"", blank=True)
    webhook_token_fingerprint = models.CharField(max_length=64, unique=True)
    webhook_token_renewed_at = models.DateTimeField(null=True, blank=True)
    # Of the token before it, which webhooks may still come by until then: it is never shown again.
    old_webhook_token_fingerprint = models.CharField(max_length=64, blank=True, default="", db_default="")
    old_webhook_token_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    reached_at = models.DateTimeField(null=True, blank=True, help_text="the platform last gave us a good answer")
    unreached_since = models.DateTimeField(null=True, blank=True, help_text="it has not since then; empty: all is well")
    refusing_since = models.DateTimeField(
        null=True, blank=True, help_text="it refuses many conversations it knew; empty: it does not"
    )
    stop_words = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="Words of your own, one on each line, that opt a lead out when they are the whole text."
        " They count for texts taken in from now on; texts that are already here are not read again.",
    )
    tells_engage = models.BooleanField(
        default=True,
        db_default=True,
        verbose_name="tells Engage",
        help_text="Of opt-outs that it does not know by itself: the console chooses the conversation's do-not-contact"
        " disposition. Without it a person is asked each time.",
    )
    trouble = models.CharField(max_length=100, blank=True, db_default="", help_text="why not, in words")

    def __str__(self) -> str:
        return first_shown(self.name) or f"workspace {self.pk}"

    @property
    def api_key(self) -> Secret:
        return unseal(self.sealed_api_key)

    @api_key.setter
    def api_key(self, secret: Secret) -> None:
        self.sealed_api_key = seal(secret)

    @property
    def takes_old_webhook_token(self) -> bool:
        return self.old_webhook_token_until is not None and self.old_webhook_token_until > timezone.now()

    @property
    def webhook_token(self) -> Secret:
        return unseal(self.sealed_webhook_token)

    @webhook_token.setter
    def webhook_token(self, secret: Secret) -> None:
        self.sealed_webhook_token = seal(secret)
        self.webhook_token_fingerprint = fingerprint(secret)
