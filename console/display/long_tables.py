"""Tables of the admin site that may hold millions of rows: no page of them lists, counts or offers all of something."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.admin import ModelAdmin, ShowFacets
from django.contrib.admin.filters import AllValuesFieldListFilter, RelatedFieldListFilter
from django.contrib.admin.widgets import ForeignKeyRawIdWidget
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Paginator
from django.db.models import BooleanField, DateField, Field, ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils.functional import cached_property

ROWS_COUNTED: Final = 10_000
CHOICES_SHOWN: Final = 50


class EndedPaginator(Paginator[Any]):
    """Counts so far and no further; what lies beyond is found by a search or a filter."""

    @cached_property
    def is_cut(self) -> bool:
        return self._counted > ROWS_COUNTED

    @cached_property
    def count(self) -> int:
        return min(self._counted, ROWS_COUNTED)

    @cached_property
    def _counted(self) -> int:
        rows = self.object_list
        return rows.order_by()[: ROWS_COUNTED + 1].count() if isinstance(rows, QuerySet) else len(rows)


class EndedRelatedFilter(RelatedFieldListFilter):
    """The first of what a column may lead to; of more of them the search is the way."""

    def __init__(self, *place: Any, **named: Any) -> None:
        super().__init__(*place, **named)
        if len(self.lookup_choices) > CHOICES_SHOWN:
            self.lookup_choices = self.lookup_choices[:CHOICES_SHOWN]
            self.title = f"{self.title} (the first {CHOICES_SHOWN}; search for others)"

    def field_choices(self, field: Any, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Any:
        related = field.remote_field.model
        ordering = self.field_admin_ordering(field, request, model_admin) or ("pk",)
        rows = related._default_manager.order_by(*ordering)[: CHOICES_SHOWN + 1]
        return [(row.pk, str(row)) for row in rows]


class EndedValuesFilter(AllValuesFieldListFilter):
    """The words of the newest rows: to find every word there ever was, all rows would have to be read."""

    def __init__(self, field: Any, request: Any, params: Any, model: Any, *place: Any, **named: Any) -> None:
        super().__init__(field, request, params, model, *place, **named)
        newest = model._default_manager.order_by("-pk").values("pk")[:ROWS_COUNTED]
        found: Any = model._default_manager.filter(pk__in=newest).order_by(field.name)
        self.lookup_choices = found.values_list(field.name, flat=True).distinct()[:CHOICES_SHOWN]


class LongTable(ModelAdmin[Any]):
    """Made the ground of every table of the site (`console/audit/site.py`), so that none has to think of it."""

    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_max_show_all = 200
    paginator = EndedPaginator

    def get_ordering(self, request: HttpRequest) -> Any:
        """What is offered by name comes in an order as well."""
        return super().get_ordering(request) or ("-pk",)

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [self._ended(wanted) for wanted in super().get_list_filter(request)]

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **about: Any
    ) -> ModelChoiceField[Any] | None:
        if db_field.name not in self.get_autocomplete_fields(request):
            about.setdefault("widget", ForeignKeyRawIdWidget(db_field.remote_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **about)

    def _ended(self, wanted: Any) -> Any:
        field = _field_of(self.model, wanted) if isinstance(wanted, str) else None
        if field is None:
            return wanted
        if field.remote_field:
            return wanted, EndedRelatedFilter
        has_few = field.choices or isinstance(field, BooleanField | DateField)
        return wanted if has_few else (wanted, EndedValuesFilter)


def _field_of(model: type[Model], name: str) -> Field[Any, Any] | None:
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, Field) else None
