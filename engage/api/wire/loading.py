"""Loading leads: what we ask for, and what the platform says of a single one."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import StringConstraints

from engage.api.wire.base import NoneIsBlank, WireModel

ACCEPTED = "accepted"
REJECTED = "rejected"


@dataclass(frozen=True)
class MappedColumn:
    """One column of the file and the campaign field it fills, such as Phone, FirstName or Address1."""

    column_index: int
    column_id: str


@dataclass(frozen=True)
class ListLoad:
    """How a file is to be read. Progress is posted to `webhook_url`, whose address may hold a token of ours."""

    de_dupe: bool
    first_row_headers: bool
    webhook_url: str | None = field(repr=False)
    mapped_columns: tuple[MappedColumn, ...]

    def as_json(self) -> str:
        """The `processRequest` field; ASCII, since a form field cannot say how it is encoded."""
        fields: dict[str, object] = {
            "deDupe": self.de_dupe,
            "firstRowHeaders": self.first_row_headers,
            "mappedCols": [
                {"columnIndex": column.column_index, "columnId": column.column_id} for column in self.mapped_columns
            ],
        }
        if self.webhook_url is not None:
            fields["webhookUrl"] = self.webhook_url
        return json.dumps(fields)


@dataclass(frozen=True)
class LeadField:
    """One fact of a lead; `type` is given for Phone and Zip."""

    name: str
    value: str = field(repr=False)
    type: str | None = None

    def as_wire(self) -> dict[str, str]:
        named = {"name": self.name, "value": self.value}
        return named if self.type is None else {**named, "type": self.type}


class LeadLoadResult(WireModel):
    """`status` is an open word: another one than Accepted is shown with its reason, as the platform gave it."""

    status: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    reason: Annotated[str, NoneIsBlank] = ""
    message: Annotated[str, NoneIsBlank] = ""

    @property
    def is_accepted(self) -> bool:
        return self.status.casefold() == ACCEPTED
