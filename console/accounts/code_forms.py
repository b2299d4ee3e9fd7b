"""The second factor as it is given: each code counts once for as long as it is right, and each try where it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm as ConfirmByPasskeyForm
from allauth.mfa.webauthn.internal import auth as passkeys
from django.core.cache import cache
from django.db.models import QuerySet

from console.accounts.code_tries import counted_try

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class SecondStepForm(AuthenticateForm):
    def clean_code(self) -> str:
        return _take_code(self)


class ConfirmationForm(ReauthenticateForm):
    def clean_code(self) -> str:
        return _take_code(self)


class SecondStepByPasskeyForm(AuthenticateWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        return _take_passkey(self)


class ConfirmationByPasskeyForm(ConfirmByPasskeyForm):
    def clean_credential(self) -> Authenticator:
        return _take_passkey(self)


def _take_code(form: SecondStepForm | ConfirmationForm) -> str:
    """As allauth's own, which counts by person alone. Raises ValidationError."""
    code: str = form.cleaned_data["code"]
    with counted_try(context.request, form.user):
        authenticators = _authenticators_with_codes(form.user)
        right = next((one for one in authenticators if one.wrap().validate_code(code)), None)
        if right is None:
            if authenticators:
                form._emit_authentication_failed(authenticators[0])
            raise get_adapter().validation_error("incorrect_code")
        _use_up(form.user, code)
    right.user = form.user
    form.authenticator = right
    return code


def _take_passkey(form: AuthenticateWebAuthnForm) -> Authenticator:
    """The same for what a passkey signed. Raises ValidationError."""
    credential = form.cleaned_data["credential"]
    with counted_try(context.request, form.user):
        passkeys.parse_authentication_response(credential)
        return passkeys.complete_authentication(form.user, credential)


def _authenticators_with_codes(person: User) -> list[Authenticator]:
    """The app first: a wrong code is put down to it."""
    rows: QuerySet[Authenticator] = Authenticator.objects.filter(user=person)
    with_codes = rows.exclude(type=Authenticator.Type.WEBAUTHN)
    return sorted(with_codes, key=lambda row: row.type != Authenticator.Type.TOTP)


def _use_up(user: User, code: str) -> None:
    """allauth forgets a used code after one period, and takes it for the periods beside it as well."""
    right_for = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
    if not cache.add(f"used-code:{user.pk}:{normalize_user_code(code)}", True, timeout=right_for):
        raise get_adapter().validation_error("incorrect_code")
