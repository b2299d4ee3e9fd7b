"""What all wire models share: names, leniency, and a repr that shows no content."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    FailFast,
    GetCoreSchemaHandler,
    PrivateAttr,
    StringConstraints,
    ValidationError,
)
from pydantic.alias_generators import to_camel
from pydantic.fields import Field
from pydantic_core import CoreSchema, core_schema

from engage.api.wire.mending import mend

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

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """The object, without what in it is not understood; raises ValidationError when it has no id."""
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            odd: list[str] = []
            try:
                mended: Self = mend(cls, obj, error, odd)
            except ValidationError:
                # The first one names the place in the whole.
                raise error from None
        if isinstance(mended, Statement):
            mended._odd = tuple(odd)
        return mended

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Ids alone: a repr ends up in logs and error pages, where texts and numbers of people must not be."""
        if "id" in type(self).model_fields:
            yield "id", getattr(self, "id", None)


class Statement(WireModel):
    """What comes as a whole: one webhook, or one object of an answer."""

    _odd: tuple[str, ...] = PrivateAttr(default=())

    @property
    def odd(self) -> tuple[str, ...]:
        """What of it was not understood: field and complaint, never the value."""
        return self._odd


class OrNone:
    """Marks what is taken or left as a whole: a value of another shape than documented reads as None."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


def _as_utc(moment: datetime) -> datetime:
    utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    if not _EARLIEST <= utc <= _LATEST:
        raise ValueError("not a plausible time")
    return utc.astimezone(UTC)


def _none_is_empty(value: object) -> object:
    return [] if value is None else value


def _none_is_blank(value: object) -> object:
    return "" if value is None else value


def _none_is_none_of_them(value: object) -> object:
    return {} if value is None else value


RemoteId = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200, pattern=r"^\S+$")]
OptionalId = RemoteId | None
Text = str | None
Flag = bool | None
Whole = Annotated[int, Field(ge=-(2**63), lt=2**63)] | None
Moment = Annotated[datetime, AfterValidator(_as_utc)] | None
# The first wrong item settles it, and the list is read again item by item: a body of wrong items must not cost a
# complaint each.
Many = Annotated[list[Item], FailFast(), BeforeValidator(_none_is_empty)]
NoneIsBlank = BeforeValidator(_none_is_blank)
NoneIsNoneOfThem = BeforeValidator(_none_is_none_of_them)
