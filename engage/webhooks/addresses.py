"""Our addresses that the platform posts to. Secrets: who knows one can speak as the platform."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from engage.models import ListLoad, Workspace


def webhook_url(workspace: Workspace) -> str:
    """Where the platform posts this workspace's webhooks."""
    return f"{settings.ORIGIN}{reverse('webhooks:receive', args=[workspace.webhook_token.reveal()])}"


def load_result_url(load: ListLoad) -> str:
    """Where the platform posts what becomes of this list load."""
    token = load.campaign.workspace.webhook_token.reveal()
    return f"{settings.ORIGIN}{reverse('webhooks:receive-load', args=[token, load.pk])}"
