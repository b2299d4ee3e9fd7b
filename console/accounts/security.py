"""A person's own security pages: allauth's, behind our sign-in and in our look."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.account.views import ReauthenticateView
from allauth.core.internal import ratelimit
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from console.accounts.access import DeskRequest, signed_in
from console.accounts.actions import end_sessions
from console.accounts.code_tries import THROTTLED
from console.accounts.models import Session
from console.accounts.second_factor import has_one, is_required_of
from console.accounts.sessions import name_of

View = Callable[..., HttpResponse]


def _refusing(view: Callable[..., HttpResponseBase]) -> View:
    """A refused form is answered 422, here as everywhere, and 429 when it was not even looked at."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = cast(HttpResponse, view(request, *args, **kwargs))
        if request.method == "POST" and response.status_code == 200:
            response.status_code = 429 if _is_throttled(response) else 422
        return response

    return page


def _is_throttled(response: HttpResponse) -> bool:
    shown = getattr(response, "context_data", None) or {}
    forms = [shown.get(name) for name in ("form", "webauthn_form")]
    return any(form.has_error(field, THROTTLED) for form in forms if form for field in form.errors)


def _own(view: Callable[..., HttpResponseBase], *methods: str) -> View:
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return _refusing(view)(request, *args, **kwargs)
        except Http404:
            # What the page is about is gone, or was never added.
            return redirect("mfa_index")

    return require_http_methods([*(methods or ("GET", "HEAD", "POST"))])(signed_in(page))


def _own_passkey(view: Callable[..., HttpResponseBase]) -> View:
    """404 for anybody else's, before anything is asked."""

    @wraps(view)
    def page(request: DeskRequest, pk: int) -> HttpResponse:
        passkeys = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN)
        get_object_or_404(passkeys, pk=pk)
        return _refusing(view)(request, pk=pk)

    return require_http_methods(["GET", "HEAD", "POST"])(signed_in(page))


class SecurityView(IndexView):
    request: DeskRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        this_one = name_of(self.request.session.session_key or "")
        others = Session.objects.alive().filter(person_id=user.pk).exclude(session_key=this_one)
        return super().get_context_data(**kwargs) | {
            "other_session_count": others.count(),
            "is_second_factor_missing": is_required_of(user) and not has_one(user),
        }


class ConfirmView(ReauthenticateView):
    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        form.fields["password"].widget.attrs = {"autocomplete": "current-password", "autofocus": True}
        return form


class ConfirmByPasskeyView(ReauthenticateWebAuthnView):
    def form_invalid(self, form: Form) -> HttpResponse:
        for words in form.errors.get("credential", []):
            messages.error(self.request, str(words))
        return HttpResponseRedirect(self.request.get_full_path())


@require_POST
@signed_in
def session_end_others(request: DeskRequest) -> HttpResponse:
    end_sessions(person=request.user, by=request.user, keep=request.session.session_key or "")
    return redirect("mfa_index")


index = _own(SecurityView.as_view(template_name="accounts/security.html"), "GET", "HEAD")
app_add = _own(ActivateTOTPView.as_view(template_name="accounts/app_add.html"))
app_remove = _own(DeactivateTOTPView.as_view(template_name="accounts/app_remove.html"))
codes = _own(ViewRecoveryCodesView.as_view(template_name="accounts/codes.html"), "GET", "HEAD")
codes_make = _own(GenerateRecoveryCodesView.as_view(template_name="accounts/codes_make.html"))
passkey_add = _own(AddWebAuthnView.as_view(template_name="accounts/passkey_add.html"))
passkey_rename = _own_passkey(EditWebAuthnView.as_view(template_name="accounts/passkey_rename.html"))
passkey_remove = _own_passkey(RemoveWebAuthnView.as_view(template_name="accounts/passkey_remove.html"))
confirm = _own(ConfirmView.as_view(template_name="accounts/confirm.html"))
confirm_by_code = _own(ReauthenticateByCodeView.as_view(template_name="accounts/confirm.html"))
confirm_by_passkey = _own(ConfirmByPasskeyView.as_view(template_name="accounts/confirm.html"))

sign_in_by_code = _refusing(AuthenticateView.as_view(template_name="accounts/sign_in_code.html"))
# Asking for a challenge makes a session: that is counted, too.
sign_in_by_passkey = ratelimit.decorator(app="allauth.mfa", action="webauthn_login", limit_get=True)(
    LoginWebAuthnView.as_view()
)
