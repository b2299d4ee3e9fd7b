from __future__ import annotations

from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from console.accounts.access import DeskRequest, signed_in
from console.accounts.forms import PasswordForm, SignInForm
from console.accounts.roles import AGENT, lacking, role_of


class SignIn(auth_views.LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class SignOut(auth_views.LogoutView):
    http_method_names = ["post"]

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = super().dispatch(request, *args, **kwargs)
        if request.method == "POST":
            # Drafts live in the browser until here; on a shared machine the next person finds none.
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


@method_decorator(never_cache, name="dispatch")
class PasswordChange(auth_views.PasswordChangeView):
    template_name = "accounts/password.html"
    form_class = PasswordForm
    success_url = reverse_lazy("accounts:password-changed")

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
