from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm


class PasswordForm(PasswordChangeForm):
    """Django's own, with its three fields and our words."""

    field_order = ["old_password", "new_password1", "new_password2"]
    error_messages = PasswordChangeForm.error_messages | {
        "password_incorrect": "That is not your current password.",
        "password_mismatch": "These two are not the same.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "Current password"
        self.fields["new_password1"].label = "New password"
        self.fields["new_password1"].help_text = "12 characters or more. A few words in a row are easy to remember."
        self.fields["new_password2"].label = "New password again"
        self.fields["new_password2"].help_text = ""
        for field in self.fields.values():
            field.widget = forms.PasswordInput(attrs=field.widget.attrs)
