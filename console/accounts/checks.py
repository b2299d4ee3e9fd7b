"""Combinations of settings that would let guesses through."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

_NOT_SHARED = ("locmem.LocMemCache", "dummy.DummyCache")


@register(Tags.security)
def check_limits_are_shared(app_configs: Any, **_: Any) -> list[CheckMessage]:
    if settings.DEBUG or not str(settings.CACHES["default"]["BACKEND"]).endswith(_NOT_SHARED):
        return []
    words = "Every process would count wrong passwords for itself."
    return [Error(words, hint="Use a cache that all processes share, such as DatabaseCache.", id="accounts.E001")]


@register(Tags.security)
def check_proxies_are_counted(app_configs: Any, **_: Any) -> list[CheckMessage]:
    if not settings.BEHIND_PROXY or settings.TRUSTED_PROXIES:
        return []
    words = "Behind a proxy that is not trusted, everybody has its address: one person's guesses would shut out all."
    return [Error(words, hint="Set CONSOLE_TRUSTED_PROXIES.", id="accounts.E002")]
