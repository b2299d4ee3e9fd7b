"""Reading on where an object is not quite as documented: item by item, field by field.

What can be understood is taken; what cannot is kept beside it under its name and "(not understood)", and noted. Only
what a model cannot be without, its id, is worth failing for, and then only for that one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import AliasChoices, BaseModel, ValidationError

MOST_NOTES = 20
_MOST_KEPT = 20
NOT_UNDERSTOOD = " (not understood)"
# As databases of documents write what JSON has no type for.
_EXTENDED = frozenset({"$oid", "$date", "$numberLong", "$numberInt", "$numberDouble", "$numberDecimal"})
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+")

Validate = Callable[[object], Any]


@dataclass(frozen=True)
class _Kind:
    """What a field holds. `model`: the objects in it, if it holds objects."""

    is_list: bool
    model: type[BaseModel] | None


def mend(model: type[BaseModel], value: object, error: ValidationError, notes: list[str], where: str = "") -> Any:
    """The object for which `error` was raised, without what was wrong in it; raises it where nothing is left of it."""
    if not isinstance(value, dict):
        raise error
    fields = dict(value)
    mended: set[str] = set()
    while True:
        for key, complaint in _complaints(error):
            if key is None or key not in fields:
                # The object as a whole, or something that it cannot be without.
                raise error
            if key in mended:
                # What was put right is still wrong.
                _set_aside(fields, key, complaint, notes, where)
            else:
                mended.add(key)
                _mend_field(fields, key, _kinds(model).get(key), complaint, notes, where)
        try:
            return validate_plainly(model, fields)
        except ValidationError as again:
            error = again


def validate_plainly(model: type[BaseModel], value: object) -> Any:
    return model.__pydantic_validator__.validate_python(value)


def _complaints(error: ValidationError) -> list[tuple[str | None, str]]:
    """The first complaint about each field of the object; never the value."""
    first: dict[str | None, str] = {}
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        key = str(problem["loc"][0]) if problem["loc"] else None
        first.setdefault(key, problem["msg"].removeprefix("Value error, "))
    return list(first.items())


def _mend_field(
    fields: dict[str, Any], key: str, kind: _Kind | None, complaint: str, notes: list[str], where: str
) -> None:
    value = fields[key]
    if value is None or (isinstance(value, str) and not value.strip()):
        # Nothing was said, in another way than by leaving it out.
        del fields[key]
    elif kind is not None and kind.is_list:
        items = _as_list(value)
        if items is not value:
            note(notes, f"{where}{key}: not a list")
        fields[key] = _mend_items(fields, key, items, kind.model, notes, where)
    elif kind is not None and kind.model is not None:
        _mend_object(fields, key, kind.model, complaint, notes, where)
    elif (converted := _converted(value)) is not None:
        fields[key] = converted
    else:
        _set_aside(fields, key, complaint, notes, where)


def _mend_object(
    fields: dict[str, Any], key: str, model: type[BaseModel], complaint: str, notes: list[str], where: str
) -> None:
    value = fields[key]
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    try:
        fields[key] = understand(model, value, notes, f"{where}{key}.")
    except ValidationError:
        _set_aside(fields, key, complaint, notes, where)


def _mend_items(
    fields: dict[str, Any], key: str, items: list[Any], model: type[BaseModel] | None, notes: list[str], where: str
) -> list[Any]:
    good: list[Any] = []
    bad: list[Any] = []
    of_word = getattr(model, "of_word", None)
    if of_word is not None and items is fields[key] and all(isinstance(item, str) for item in items):
        # One word among objects is an odd one; where all are words, they are the names of such objects.
        items = [of_word(item) for item in items]
    for number, item in enumerate(items):
        try:
            if model is not None:
                good.append(_understand_item(model, item, notes, f"{where}{key}.{number}."))
            elif isinstance(item, str):
                good.append(item)
            else:
                good.append(str(_scalar(item)))
        except (ValidationError, TypeError):
            if len(bad) < _MOST_KEPT:
                bad.append(item)
            note(notes, f"{where}{key}.{number}: left out")
    if bad:
        fields[f"{key}{NOT_UNDERSTOOD}"] = bad
    return good


def _understand_item(model: type[BaseModel], item: object, notes: list[str], where: str) -> Any:
    try:
        return understand(model, item, notes, where)
    except ValidationError:
        # What an object without an id may go by is for its model to say.
        name = getattr(model, "name_by_content", None)
        if name is None or not isinstance(item, dict) or (made := name(item)) is None:
            raise
        understood = understand(model, {**item, "id": made}, notes, where)
        note(notes, f"{where}id: named by its content")
        return understood


def understand(model: type[BaseModel], value: object, notes: list[str], where: str = "") -> Any:
    """The object, mended where need be; raises ValidationError where nothing can be made of it."""
    try:
        return validate_plainly(model, value)
    except ValidationError as error:
        return mend(model, value, error, notes, where)


def note(notes: list[str], words: str) -> None:
    if len(notes) < MOST_NOTES:
        notes.append(words)
    elif len(notes) == MOST_NOTES:
        notes.append("and more")


def _set_aside(fields: dict[str, Any], key: str, complaint: str, notes: list[str], where: str) -> None:
    fields[f"{key}{NOT_UNDERSTOOD}"] = fields.pop(key)
    note(notes, f"{where}{key}: {complaint}")


def _as_list(value: Any) -> list[Any]:
    """One thing in place of a list of such, none, or a list whose places are named."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and all(isinstance(inside, dict) for inside in value.values()):
        return list(value.values())
    return [value]


def _scalar(value: object) -> object:
    """Raises TypeError for what no text can be made of."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return value


def _converted(value: object) -> object:
    """A scalar in another spelling that may be understood; None when there is none."""
    match value:
        case bool():
            return None
        case int() | float():
            return str(value)
        case str() if _GROUPED.fullmatch(value.strip()):
            return value.replace(",", "").strip()
        case str():
            return _moment(value)
        case {**fields} if len(fields) == 1 and (name := next(iter(fields))) in _EXTENDED:
            inside = fields[name]
            return inside if isinstance(inside, int | float | str) else _converted(inside)
        case list() if 5 <= len(value) <= 7 and all(type(part) is int for part in value):
            return _moment_of_parts(value)
        case list() if value and all(isinstance(item, dict) and isinstance(item.get("name"), str) for item in value):
            # As the platform itself takes the fields of a lead when one is loaded.
            return {item["name"]: item.get("value") for item in value}
    return None


def _moment_of_parts(parts: list[int]) -> str | None:
    """Year, month, day, and so on down to the nanosecond, as some libraries of Java write a time."""
    *whole, nanoseconds = [*parts, *[0] * (7 - len(parts))]
    try:
        year, month, day, hour, minute, second = whole
        return datetime(year, month, day, hour, minute, second, nanoseconds // 1000, tzinfo=UTC).isoformat()
    except (ValueError, OverflowError):
        return None


def _moment(text: str) -> str | None:
    """A time as mail and HTTP write it, or with the name of UTC at its end, as ISO 8601."""
    plain = text.strip()
    if plain.endswith((" UTC", " GMT")) and plain[:1].isdigit():
        return f"{plain[:-4]}Z" if plain[:4].isdigit() and plain[4:5] == "-" else None
    try:
        moment = parsedate_to_datetime(plain[:100])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


@cache
def _kinds(model: type[BaseModel]) -> dict[str, _Kind]:
    """By each name that a field goes by on the wire or in code."""
    kinds: dict[str, _Kind] = {}
    for name, info in model.model_fields.items():
        kind = _kind_of(info.annotation)
        choices: Sequence[object] = ()
        if isinstance(info.validation_alias, AliasChoices):
            choices = info.validation_alias.choices
        for key in (name, info.alias, info.validation_alias, *choices):
            if isinstance(key, str):
                kinds[key] = kind
    return kinds


def _kind_of(annotation: Any) -> _Kind:
    if get_origin(annotation) is list:
        (item,) = get_args(annotation)
        return _Kind(is_list=True, model=_model_in(item))
    return _Kind(is_list=False, model=_model_in(annotation))


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model itself, or the one that a union with None or an annotation holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) is list:
        # A list that may be absent is taken or left as a whole.
        return None
    return next((found for inside in get_args(annotation) if (found := _model_in(inside))), None)
