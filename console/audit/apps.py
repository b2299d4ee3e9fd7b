from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class AuditConfig(AppConfig):
    name = "console.audit"


class AuditedAdminConfig(admin_apps.AdminConfig):
    """Django's admin, with a site that writes down what is changed in it."""

    default = False
    default_site = "console.audit.site.AuditedSite"
