"""The application: static files, the wire with its faults, the dialects, Django."""

from __future__ import annotations

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise  # type: ignore[import-untyped]  # ships no types

from engage.sandbox.dialects.layer import DialectLayer
from engage.sandbox.wire import PlatformWire

platform = PlatformWire(DialectLayer(get_wsgi_application()))
application = WhiteNoise(platform, root=settings.STATIC_ROOT, prefix="static/", max_age=0)
