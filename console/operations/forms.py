from __future__ import annotations

from django import forms

from engage.models import Delivery


class ReplayForm(forms.Form):
    """One group of webhooks that were not taken in, or not whole, as the page names it."""

    state = forms.ChoiceField(
        choices=[
            (state, state) for state in (Delivery.State.QUARANTINED, Delivery.State.IGNORED, Delivery.State.APPLIED)
        ]
    )
    event_type = forms.CharField(max_length=100, required=False, strip=False)
    error = forms.CharField(max_length=500, required=False, strip=False)
