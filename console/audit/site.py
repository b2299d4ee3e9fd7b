"""The admin site writes down what is changed in it, whatever it is: no table has to think of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, Final

from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from console.audit import trail
from console.audit.tasks import WORDS, SortedByTask
from console.display.long_tables import LongTable

# Never by value, whatever they hold.
_SECRET: Final = ("password", "secret", "key", "token", "code", "data", "sealed")
_NAMED: Final = 50
_LONGEST: Final = 200


class AuditedSite(SortedByTask):
    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        wanted = admin_class or ModelAdmin
        super().register(model_or_iterable, type(wanted.__name__, (_Audited, LongTable, wanted), {}), **options)


class _Audited(ModelAdmin[Any]):
    """Adds to an admin class what it writes down: who added, changed, deleted or ran what; before and after."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        words = WORDS.get(self.opts.label_lower, str(self.opts.verbose_name_plural).capitalize())
        return super().changelist_view(request, {"title": words} | (extra_context or {}))

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        # Handed on with the message, which is all that Django gives to `log_change`.
        return [*super().construct_change_message(request, form, formsets, add), {"difference": difference(form)}]

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        rest, (_, after) = _split(message)
        _record(request, "added", obj, after=after)
        return super().log_addition(request, obj, rest)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        rest, (before, after) = _split(message)
        if before or after or rest:
            _record(request, "changed", obj, before=before, after=after | _name_rest(rest, after))
        return super().log_change(request, obj, rest)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        # While they are still there.
        for row in queryset:
            _record(request, "deleted", row, before={"id": row.pk})
        return super().log_deletions(request, queryset)

    def get_actions(self, request: HttpRequest) -> Any:
        found: Any = super().get_actions(request)
        return {
            name: (act if name == "delete_selected" else _recorded(act, name), name, description)
            for name, (act, _, description) in found.items()
        }


def difference(form: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a form changed, before and after, in words; secrets by name alone."""
    if not isinstance(form, ModelForm):
        return {}, {}
    before, after = {}, {}
    for name in form.changed_data:
        if any(part in name.lower() for part in _SECRET):
            after[name] = "changed"
            continue
        before[name] = _words(form.initial.get(name))
        after[name] = _words(form.cleaned_data.get(name))
    return before, after


def _words(value: Any) -> Any:
    """As a person reads it; long ones begin."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | QuerySet):
        return sorted(str(part) for part in list(value)[:_NAMED])
    return str(value)[:_LONGEST]


def _split(message: Any) -> tuple[Any, tuple[dict[str, Any], dict[str, Any]]]:
    """The message as Django means it, and the difference that came along."""
    if not isinstance(message, list):
        return message, ({}, {})
    rest = [part for part in message if "difference" not in part]
    return rest, next((part["difference"] for part in message if "difference" in part), ({}, {}))


def _name_rest(rest: Any, after: dict[str, Any]) -> dict[str, Any]:
    """Rows that a form holds beside its own, as Django describes them."""
    others = [part for part in rest if isinstance(part, dict) and any("name" in said for said in part.values())]
    return {"rows": others} if others else {} if after else {"said": rest}


def _recorded(act: Callable[..., Any], name: str) -> Callable[..., Any]:
    @wraps(act)
    def run(model_admin: ModelAdmin[Any], request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        chosen = list(queryset.values_list("pk", flat=True)[:_NAMED])
        count = queryset.count()
        began_at = timezone.now()
        with transaction.atomic():
            response = act(model_admin, request, queryset)
            if not trail.has_entries_since(began_at):
                words = name.removesuffix("_selected").replace("_", " ")
                what = model_admin.model._meta
                trail.record(
                    by=_person(request),
                    action=f"{words}: {what.verbose_name_plural}"[:60],
                    subject=f"{count} {what.verbose_name if count == 1 else what.verbose_name_plural}",
                    after={"ids": [str(pk) for pk in chosen], "count": count},
                )
        return response

    return run


def _record(request: HttpRequest, verb: str, row: Model, **values: Any) -> None:
    trail.record(
        by=_person(request), action=f"{verb} {row._meta.verbose_name}"[:60], subject=str(row) or str(row.pk), **values
    )


def _person(request: HttpRequest) -> User | None:
    person: Any = request.user
    return person if isinstance(person, User) else None
