"""The addresses of ours that an operator hands to the platform."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from engage.models import Workspace


def webhook_url(workspace: Workspace) -> str:
    """Where the platform posts this workspace's webhooks. A secret: who knows it can speak as the platform."""
    return f"{settings.ORIGIN}{reverse('webhooks:receive', args=[workspace.webhook_token.reveal()])}"
