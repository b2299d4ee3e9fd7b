"""The lookup `among`: as `in`, for values by the hundred or by the hundred thousand.

They travel as one parameter: an array to PostgreSQL, a JSON document to SQLite. A list of parameters as long as that is
built, escaped and read word by word, which took a tenth of the projector's time; and SQLite takes no more than 250,000.
"""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models.lookups import In


class Among(In):
    lookup_name = "among"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        values = self._values()
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*params, values]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        values = self._values()
        column, params = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(values, ensure_ascii=False)]

    def _values(self) -> list[Any]:
        values = list(self.rhs)
        if not values:
            # As `in` does: where nothing can be found, nobody is asked.
            raise EmptyResultSet
        return values


models.Field.register_lookup(Among)
# Relations do not look their lookups up there.
models.ForeignKey.register_lookup(Among)
