"""Names of lists: the platform names a list after its file, and finds it by that name to the letter."""

from __future__ import annotations

import re
from typing import Final

LONGEST_NAME: Final = 200
# What a file's name cannot hold in a request, or what people cannot see.
FORBIDDEN: Final = re.compile(r'["\\/\x00-\x1f\x7f\ud800-\udfff]')
_SUFFIX: Final = re.compile(r"\.(?:csv|txt|tsv)\Z", re.IGNORECASE)


def list_name_of(file_name: str) -> str:
    """A name to begin with; people may choose another."""
    name = _SUFFIX.sub("", FORBIDDEN.sub(" ", file_name))
    return " ".join(name.split())[:LONGEST_NAME].strip() or "New list"
