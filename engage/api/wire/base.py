"""What all wire models share: names, leniency, and a repr that shows no content."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    FailFast,
    GetCoreSchemaHandler,
    StringConstraints,
)
from pydantic.alias_generators import to_camel
from pydantic.fields import Field
from pydantic_core import CoreSchema, core_schema

Item = TypeVar("Item")

# Outside these years a time is a mistake, and near the ends of the calendar converting it to a zone overflows.
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


class WireModel(BaseModel):
    """Immutable; filled by camelCase names from the wire, or by our own names in code."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=True,
        extra="allow",
        frozen=True,
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
    )

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Ids alone: a repr ends up in logs and error pages, where texts and numbers of people must not be."""
        if "id" in type(self).model_fields:
            yield "id", getattr(self, "id", None)


class OrNone:
    """Marks a fact we can do without: a value of another type than documented reads as None, not as an error."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


class OrEmpty:
    """As OrNone, for a dict: absent, null or of another type reads as empty."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default_factory=dict, on_error="default")


class OrBlank:
    """As OrNone, for a text: absent, null or of another type reads as blank."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default="", on_error="default")


def _as_utc(moment: datetime) -> datetime:
    utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    if not _EARLIEST <= utc <= _LATEST:
        raise ValueError("not a plausible time")
    return utc.astimezone(UTC)


def _none_is_empty(value: object) -> object:
    return [] if value is None else value


def _none_is_blank(value: object) -> object:
    return "" if value is None else value


RemoteId = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200, pattern=r"^\S+$")]
OptionalId = Annotated[RemoteId | None, OrNone()]
Text = Annotated[str | None, OrNone()]
Flag = Annotated[bool | None, OrNone()]
Whole = Annotated[Annotated[int, Field(ge=-(2**63), lt=2**63)] | None, OrNone()]
Moment = Annotated[Annotated[datetime, AfterValidator(_as_utc)] | None, OrNone()]
# The first wrong item settles it: a body of wrong items must not cost a complaint each.
Many = Annotated[list[Item], FailFast(), BeforeValidator(_none_is_empty)]
NoneIsBlank = BeforeValidator(_none_is_blank)
