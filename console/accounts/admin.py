from __future__ import annotations

from django.contrib import admin

from console.accounts.models import Team

admin.site.site_header = admin.site.site_title = "Engage Console"


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin[Team]):
    list_display = ("name",)
    search_fields = ("name",)
    filter_horizontal = ("members", "campaigns")
