"""Many rows in one statement, for the mirror's hot path.

Django sends a placeholder per value, thousands in a batch, and the server and the driver spend most of the batch's time
on reading them. Here a batch travels as one JSON document, which the server takes apart by itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, Model

Row = TypeVar("Row", bound=Model)


def insert(rows: Sequence[Row]) -> None:
    """Insert rows of one model and set their ids. Raises IntegrityError when one exists."""
    if not rows:
        return
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    names = ", ".join(_quoted(field) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {names} FROM {_recordset(fields)} RETURNING id",
                [_document(rows, fields)],
            )
            ids = [row_id for (row_id,) in cursor.fetchall()]
        else:
            places = ", ".join(["%s"] * len(fields))
            columns = zip(*(_column(rows, field) for field in fields), strict=True)
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", list(columns))
            # In the one transaction that may write at a time, ids are given out one after the other.
            cursor.execute(f"SELECT max(id) FROM {table}")
            newest = cursor.fetchone()[0]
            ids = list(range(newest - len(rows) + 1, newest + 1))
    for row, row_id in zip(rows, ids, strict=True):
        row.pk = row_id
        row._state.adding, row._state.db = False, connection.alias


def update(rows: Sequence[Row], names: Sequence[str]) -> None:
    """Write the named fields of rows of one model."""
    if not rows:
        return
    meta = type(rows[0])._meta
    fields = [meta.get_field(name) for name in names]
    concrete = [field for field in fields if isinstance(field, Field)]
    table = connection.ops.quote_name(meta.db_table)
    if connection.vendor == "postgresql":
        keyed = [meta.pk, *concrete]
        changes = ", ".join(f"{_quoted(field)} = said.{_quoted(field)}" for field in concrete)
        sql = f"UPDATE {table} SET {changes} FROM {_recordset(keyed)} WHERE {table}.id = said.id"
        with connection.cursor() as cursor:
            cursor.execute(sql, [_document(rows, keyed)])
        return
    changes = ", ".join(f"{_quoted(field)} = %s" for field in concrete)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET {changes} WHERE id = %s",
            list(zip(*(_column(rows, field) for field in [*concrete, meta.pk]), strict=True)),
        )


def _quoted(field: Field[Any, Any]) -> str:
    return connection.ops.quote_name(str(field.column))


def _column(rows: Sequence[Model], field: Field[Any, Any]) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows]


def _recordset(fields: Sequence[Field[Any, Any]]) -> str:
    # Without the length in brackets: a cast to varchar(50) would cut silently what a column must refuse.
    columns = ", ".join(f"{_quoted(field)} {(field.db_type(connection) or '').split('(')[0]}" for field in fields)
    return f"json_to_recordset(%s::json) AS said ({columns})"


def _document(rows: Sequence[Model], fields: Sequence[Field[Any, Any]]) -> str:
    named = [(field.column, field.attname) for field in fields]
    return _encode([{column: getattr(row, name) for column, name in named} for row in rows])


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    raise TypeError(type(value).__name__)


_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, default=_plain).encode
