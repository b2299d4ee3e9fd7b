"""`processRequest`: how the file of a list is to be read."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from engage.sandbox.options import is_web_address
from engage.sandbox.schedule import Misunderstood

_FIELDS = {"deDupe", "firstRowHeaders", "webhookUrl", "mappedCols"}


@dataclass(frozen=True)
class LoadRequest:
    de_dupe: bool
    first_row_headers: bool
    webhook_url: str
    """Blank: nobody is told."""
    columns: tuple[tuple[int, str], ...]
    """Which column of the file, from zero, fills which campaign field."""

    def as_json(self) -> dict[str, Any]:
        return {
            "deDupe": self.de_dupe,
            "firstRowHeaders": self.first_row_headers,
            "webhookUrl": self.webhook_url or None,
            "mappedCols": [{"columnIndex": index, "columnId": name} for index, name in self.columns],
        }


def parse(text: str, fields: Collection[str]) -> LoadRequest:
    """From its JSON; `fields` are the campaign's. Raises Misunderstood."""
    try:
        document = json.loads(text)
    except ValueError:
        raise Misunderstood("processRequest is not JSON") from None
    return understand(document, fields)


def understand(document: Any, fields: Collection[str]) -> LoadRequest:
    if not isinstance(document, Mapping) or set(document) - _FIELDS:
        raise Misunderstood(f"processRequest must be an object of {', '.join(sorted(_FIELDS))}")
    url = document.get("webhookUrl") or ""
    if not isinstance(url, str) or (url and not is_web_address(url)):
        raise Misunderstood("webhookUrl must be an http or https address, or null")
    de_dupe, first_row_headers = document.get("deDupe", False), document.get("firstRowHeaders", False)
    if not isinstance(de_dupe, bool) or not isinstance(first_row_headers, bool):
        raise Misunderstood("deDupe and firstRowHeaders must be true or false")
    columns = document.get("mappedCols")
    if not isinstance(columns, list) or not columns:
        raise Misunderstood("mappedCols must be an array of columns")
    return LoadRequest(de_dupe, first_row_headers, url, _distinct([_column(column, fields) for column in columns]))


def _column(column: Any, fields: Collection[str]) -> tuple[int, str]:
    if not isinstance(column, Mapping) or set(column) != {"columnIndex", "columnId"}:
        raise Misunderstood("a column must be an object of columnIndex and columnId")
    index, name = column["columnIndex"], column["columnId"]
    if type(index) is not int or not 0 <= index < 1000:
        raise Misunderstood("columnIndex must be a whole number from 0")
    if name not in fields:
        raise Misunderstood(f"The campaign has no field {name!r}")
    return index, name


def _distinct(columns: list[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    names = [name for _, name in columns]
    if len(set(names)) != len(names):
        raise Misunderstood("A field is mapped twice")
    if "Phone" not in names:
        raise Misunderstood("No column is mapped to Phone")
    return tuple(columns)
