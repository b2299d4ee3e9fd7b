"""The clock of a machine, which a test sets while its processes run."""

from __future__ import annotations

import struct
from pathlib import Path


class MachineClock:
    """A file of eight bytes: by how many nanoseconds the clock is off. It begins right."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.set(0)

    def set(self, seconds: float) -> None:
        # In place: the processes have mapped this very file.
        with self._path.open("r+b" if self._path.exists() else "wb") as file:
            file.write(struct.pack("<q", int(seconds * 1e9)))

    @property
    def environment(self) -> dict[str, str]:
        """What makes a Python process live by it."""
        return {"TORTURE_CLOCK": str(self._path), "PYTHONPATH": str(Path(__file__).parent)}
