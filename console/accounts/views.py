from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView
from allauth.core.ratelimit import consume_or_429
from allauth.socialaccount.adapter import get_adapter
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from console.accounts.access import DeskRequest, signed_in
from console.accounts.actions import note_password_change
from console.accounts.code_tries import THROTTLED
from console.accounts.forms import PasswordForm
from console.accounts.roles import AGENT, lacking, role_of
from console.accounts.sign_in import SignInForm, remember_browser
from console.audit import trail


class SignIn(LoginView):
    template_name = "accounts/sign_in.html"
    form_class = SignInForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"providers": get_adapter().list_providers(self.request)}

    def form_valid(self, form: SignInForm) -> HttpResponse:
        response = super().form_valid(form)
        remember_browser(response, form.user)
        return response

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 429 if form.has_error(NON_FIELD_ERRORS, THROTTLED) else 422
        return response


class SignOut(auth_views.LogoutView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            trail.record(by=request.user, action="signed out")
        response = super().post(request, *args, **kwargs)
        # Drafts live in the browser until here; on a shared machine the next person finds none.
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


sign_in = SignIn.as_view()
sign_out = SignOut.as_view()


@method_decorator(never_cache, name="dispatch")
class PasswordChange(auth_views.PasswordChangeView):
    template_name = "accounts/password.html"
    form_class = PasswordForm
    success_url = reverse_lazy("accounts:password-changed")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # The old password is not to be guessed by whoever finds a desk unlocked.
        refusal: HttpResponse | None = consume_or_429(request, action="change_password", user=request.user)
        return refusal or super().post(request, *args, **kwargs)

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        response = super().form_valid(form)
        user = form.user
        note_password_change(person=user, by=user, keep=self.request.session.session_key or "")
        return response

    def form_invalid(self, form: PasswordChangeForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response


@require_safe
@signed_in
def password_changed(request: DeskRequest) -> HttpResponse:
    return render(request, "accounts/password_changed.html")


@require_safe
@signed_in
def person_css(request: DeskRequest, person_id: int) -> HttpResponse:
    """Which parts of shared fragments are for this very person; only they may load it."""
    if person_id != request.user.id:
        raise Http404
    context = {
        "person_id": person_id,
        "may_act_for_others": role_of(request.user) != AGENT,
        "lacking": lacking(request.user),
    }
    # Its address names role and abilities too, so it can be kept until one of them changes.
    response = render(request, "accounts/person.css", context, content_type="text/css")
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response
