from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from console.accounts import actions
from console.accounts.models import Team

admin.site.site_header = admin.site.site_title = "Engage Console"
# Secrets, and what nothing here makes use of.
for model in (Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)
admin.site.unregister(User)


def _password_page(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
    return redirect("accounts:password")


# One way in for all: the admin's own would know neither limits nor second factors.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth documents it
admin.site.password_change = _password_page  # type: ignore[method-assign]  # the same way


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin[Team]):
    list_display = ("name",)
    search_fields = ("name",)
    filter_horizontal = ("members", "campaigns")


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    actions = ("end_all_sessions", "reset_second_factors", "forget_single_sign_on")

    @admin.action(permissions=["change"], description="End all sessions: sign the selected people out everywhere")
    def end_all_sessions(self, request: HttpRequest, people: QuerySet[User]) -> None:
        count = sum(actions.end_sessions(person=person, by=_admin(request)) for person in people)
        self.message_user(request, f"{count} sessions are ended.", messages.SUCCESS)

    @admin.action(permissions=["change"], description="Reset second factors: app, passkeys and recovery codes")
    def reset_second_factors(self, request: HttpRequest, people: QuerySet[User]) -> None:
        count = sum(actions.reset_second_factors(person=person, by=_admin(request)) for person in people)
        self.message_user(request, f"{count} are taken away; new ones can be added after signing in.", messages.SUCCESS)

    @admin.action(permissions=["change"], description="Forget who they are in single sign-on")
    def forget_single_sign_on(self, request: HttpRequest, people: QuerySet[User]) -> None:
        count = sum(actions.forget_single_sign_on(person=person, by=_admin(request)) for person in people)
        self.message_user(request, f"{count} are forgotten; the next sign-in there is matched anew.", messages.SUCCESS)

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data and not obj.is_active:
            actions.note_switched_off(person=obj, by=_admin(request))

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        before = self.get_object(request, id)
        response = super().user_change_password(request, id, form_url)
        after = self.get_object(request, id)
        if before and after and before.password != after.password:
            is_own = after.pk == request.user.pk
            keep = request.session.session_key or "" if is_own else ""
            actions.note_password_change(person=after, by=_admin(request), keep=keep)
        return response


def _admin(request: HttpRequest) -> User:
    person: Any = request.user
    assert isinstance(person, User), "the admin site lets nobody else in"
    return person
