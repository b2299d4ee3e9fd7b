"""Codes of a second factor, each counted once for as long as it is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.core.cache import cache

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class SecondStepForm(AuthenticateForm):
    def clean_code(self) -> str:
        code = super().clean_code()
        _use_up(self.user, code)
        return code


class ConfirmationForm(ReauthenticateForm):
    def clean_code(self) -> str:
        code = super().clean_code()
        _use_up(self.user, code)
        return code


def _use_up(user: User, code: str) -> None:
    """allauth forgets a used code after one period, and takes it for the periods beside it as well."""
    right_for = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
    if not cache.add(f"used-code:{user.pk}:{normalize_user_code(code)}", True, timeout=right_for):
        raise get_adapter().validation_error("incorrect_code")
