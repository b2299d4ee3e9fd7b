from django.apps import AppConfig


class EngageConfig(AppConfig):
    name = "engage"
    default_auto_field = "django.db.models.BigAutoField"
