from __future__ import annotations

from typing import Any, cast

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Exists, ManyToManyField, OuterRef, QuerySet
from django.forms import ModelForm, ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from console.accounts import actions, powers
from console.accounts.models import Team
from console.accounts.people import has_history
from console.accounts.person_forms import NewPersonForm, PersonForm
from console.accounts.second_factor import FACTORS

admin.site.site_header = admin.site.site_title = "Engage Console"
# Secrets, and what nothing here makes use of.
for model in (Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)
admin.site.unregister(User)
admin.site.unregister(Group)


def _password_page(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
    return redirect("accounts:password")


# One way in for all: the admin's own would know neither limits nor second factors.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth documents it
admin.site.password_change = _password_page  # type: ignore[method-assign]  # the same way


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin[Team]):
    list_display = ("name",)
    search_fields = ("name",)
    autocomplete_fields = ("members", "campaigns")

    def save_related(self, request: HttpRequest, form: ModelForm[Team], formsets: Any, change: bool) -> None:
        before = set(form.instance.members.all())
        super().save_related(request, form, formsets, change)
        for person in before | set(form.instance.members.all()):
            actions.note_reach_changed(person=person, by=_admin(request))


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    """People, made in one step: name, e-mail, role, teams, password."""

    form = PersonForm
    add_form = NewPersonForm
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Who they are", {"fields": ("first_name", "last_name", "email")}),
        ("What they see and do", {"fields": ("groups", "teams", "is_active")}),
        ("Beyond their role", {"classes": ("collapse",), "fields": ("is_staff", "is_superuser", "user_permissions")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "first_name", "last_name", "email")}),
        ("What they see and do", {"fields": ("groups", "teams", "is_staff")}),
        ("How they sign in", {"fields": ("usable_password", "password1", "password2")}),
    )
    list_display = ("username", "whole_name", "role", "team_names", "second_factor", "last_sign_in", "is_active")
    list_filter = ("is_active", "groups", "teams", "is_staff")
    actions = ("end_all_sessions", "reset_second_factors", "forget_single_sign_on")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        factors = Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=FACTORS)
        people = super().get_queryset(request).prefetch_related("groups", "teams")
        return people.annotate(has_factor=Exists(factors))

    @admin.display(description="name", ordering="first_name")
    def whole_name(self, person: User) -> str:
        return person.get_full_name()

    @admin.display(description="role")
    def role(self, person: User) -> str:
        names = sorted(group.name for group in person.groups.all())
        return ", ".join(["Superuser"] * person.is_superuser + names) or "none: sees nothing"

    @admin.display(description="teams")
    def team_names(self, person: User) -> str:
        return ", ".join(sorted(team.name for team in person.teams.all())) or "none"

    @admin.display(description="second factor", boolean=True, ordering="has_factor")
    def second_factor(self, person: User) -> bool:
        return bool(getattr(person, "has_factor", False))

    @admin.display(description="last sign-in", ordering="last_login", empty_value="never")
    def last_sign_in(self, person: User) -> Any:
        return person.last_login

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        is_free = super().has_delete_permission(request, obj) and _may_change(request, obj)
        return is_free and not (obj is not None and has_history(obj))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without deleting many: Django would gather all that hangs on them, only to refuse."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        person = self.get_object(request, object_id)
        may_delete = UserAdmin.has_delete_permission(self, request, person) and _may_change(request, person)
        if person is not None and may_delete and has_history(person):
            words = f"{person} is not deleted: what they did stands in threads and trail. Switch them off instead."
            self.message_user(request, words, messages.ERROR)
            return redirect("admin:auth_user_change", person.pk)
        return super().delete_view(request, object_id, extra_context)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = [*super().get_readonly_fields(request, obj), "team_names"]
        return fields if _admin(request).is_superuser else [*fields, "is_superuser"]

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None and not self.has_change_permission(request, obj):
            # Shown to whoever may only look, Django would write out the hash. Teams are no column of this table.
            return _replace(fieldsets, password=None, teams="team_names")
        return fieldsets if _may_team(request) else _replace(fieldsets, teams=None)

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **about: Any) -> Any:
        form = super().get_form(request, obj, change=change, **about)
        # A field that is not shown would come back empty, and empty means out of every team.
        return form if _may_team(request) else type(form.__name__, (form,), {"teams": None})

    def formfield_for_manytomany(self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **about: Any) -> Any:
        field = cast(ModelMultipleChoiceField[Any], super().formfield_for_manytomany(db_field, request, **about))
        by = _admin(request)
        if db_field.name == "user_permissions":
            field.queryset = powers.may_hand_out(by)
        elif db_field.name == "groups" and not by.is_superuser:
            roles = [role.pk for role in Group.objects.all() if powers.may_change_role(by, role)]
            field.queryset = Group.objects.filter(pk__in=roles).order_by("name")
        return field

    def response_action(self, request: HttpRequest, queryset: QuerySet[User], *place: Any) -> HttpResponse | None:
        chosen = queryset.filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME))
        if request.POST.get("select_across") == "1":
            chosen = queryset
        refused = [person.get_username() for person in chosen if not _may_change(request, person)]
        if refused:
            words = f"Nothing is done: {', '.join(refused)} may do more here than you."
            self.message_user(request, words, messages.ERROR)
            return redirect(request.get_full_path())
        return super().response_action(request, queryset, *place)

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

    def save_related(self, request: HttpRequest, form: ModelForm[User], formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change:
            actions.note_reach_changed(person=form.instance, by=_admin(request))

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        before = self.get_object(request, id)
        response = super().user_change_password(request, id, form_url)
        after = self.get_object(request, id)
        if before and after and before.password != after.password:
            is_own = after.pk == request.user.pk
            keep = request.session.session_key or "" if is_own else ""
            actions.note_password_change(person=after, by=_admin(request), keep=keep)
        return response


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    """The roles: whoever changes one changes everybody in it, themselves as well."""

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_change_role(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_change_role(request, obj)

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest | None = None, **about: Any
    ) -> Any:
        field = cast(ModelMultipleChoiceField[Any], super().formfield_for_manytomany(db_field, request, **about))
        if db_field.name == "permissions" and request is not None:
            field.queryset = powers.may_hand_out(_admin(request))
        return field


def _may_change(request: HttpRequest, person: User | None) -> bool:
    return person is None or powers.may_change(_admin(request), person)


def _may_change_role(request: HttpRequest, role: Group | None) -> bool:
    return role is None or powers.may_change_role(_admin(request), role)


def _may_team(request: HttpRequest) -> bool:
    return request.user.has_perm("accounts.change_team")


def _replace(fieldsets: Any, **others: str | None) -> list[Any]:
    """The same with other fields instead of some; None takes one away."""
    return [
        (title, about | {"fields": [found for name in about["fields"] if (found := others.get(name, name))]})
        for title, about in fieldsets
    ]


def _admin(request: HttpRequest) -> User:
    person: Any = request.user
    assert isinstance(person, User), "the admin site lets nobody else in"
    return person
