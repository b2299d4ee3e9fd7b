from __future__ import annotations

from django.conf import settings
from django.db import models

from engage.models import Campaign


class Team(models.Model):
    """People who work some campaigns. Who is in no team sees every campaign; who is in teams sees theirs only."""

    name = models.CharField(max_length=100, unique=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="teams")
    campaigns = models.ManyToManyField(Campaign, blank=True, related_name="teams")

    class Meta:
        permissions = (
            ("see_every_campaign", "Can see every campaign, whatever the teams"),
            ("assign_conversations", "Can assign conversations to others and release them"),
        )

    def __str__(self) -> str:
        return self.name
