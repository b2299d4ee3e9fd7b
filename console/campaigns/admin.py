"""Change requests, versions and uploads, to look through: they are made and decided on the desk."""

from __future__ import annotations

from django.contrib import admin

from console.campaigns.models import ChangeRequest, ColumnMapping, ListUpload, TemplateVersion
from engage.admin import ReadOnlyAdmin


@admin.register(ChangeRequest)
class ChangeRequestAdmin(ReadOnlyAdmin[ChangeRequest]):
    list_display = ("id", "campaign", "state", "author", "decided_by", "created_at")
    list_filter = ("state", "campaign")
    list_select_related = ("campaign", "author", "decided_by")
    search_fields = ("=id", "campaign__name", "author__username")


@admin.register(TemplateVersion)
class TemplateVersionAdmin(ReadOnlyAdmin[TemplateVersion]):
    list_display = ("campaign", "field", "written_by", "approved_by", "live_from", "replaced_at")
    list_filter = ("field", "campaign")
    list_select_related = ("campaign", "written_by", "approved_by")
    search_fields = ("campaign__name", "text")


@admin.register(ListUpload)
class ListUploadAdmin(ReadOnlyAdmin[ListUpload]):
    list_display = ("list_name", "campaign", "state", "rows_done", "rows_kept", "uploaded_by", "created_at")
    list_filter = ("state",)
    list_select_related = ("campaign", "uploaded_by")
    search_fields = ("list_name", "file_name", "campaign__name")


@admin.register(ColumnMapping)
class ColumnMappingAdmin(ReadOnlyAdmin[ColumnMapping]):
    list_display = ("campaign", "fields")
    list_select_related = ("campaign",)
    search_fields = ("campaign__name",)
