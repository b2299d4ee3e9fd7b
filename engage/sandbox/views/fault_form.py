"""The switchboard's form in the words of the JSON setting."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict


def faults_from_form(form: QueryDict) -> dict[str, Any]:
    """Percentages become shares; unticked modes and paths mean all of them. Raises ValueError."""
    return {
        "calls": {
            "rate": _share(form, "rate"),
            "stall_s": float(form.get("stall_s") or 10),
            **{name: form.getlist(name) for name in ("modes", "paths") if form.getlist(name)},
        },
        "webhooks": {
            **{name: _share(form, name) for name in ("drop", "repeat", "reorder")},
            "delay_s": [0, float(form.get("delay_s") or 0)],
        },
    }


def _share(form: QueryDict, name: str) -> float:
    return float(form.get(name) or 0) / 100
