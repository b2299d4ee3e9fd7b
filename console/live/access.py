"""Whether somebody whose stream is open may still see what it carries."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from console.live.topics import Topics


def is_still_allowed(session_key: str, query: Mapping[str, str], topics: Topics) -> bool:
    """Signed in with this session, active, allowed what the stream was opened for: all of it read anew."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    return user.is_authenticated and Topics.of(query, user) == topics
