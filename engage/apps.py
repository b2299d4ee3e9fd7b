from importlib import import_module

from django.apps import AppConfig


class EngageConfig(AppConfig):
    name = "engage"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("engage.checks")
