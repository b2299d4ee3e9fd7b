"""Python runs this at its start where PYTHONPATH names the directory: the process then lives by a clock we may set.

The clock is a file that all processes of one machine share, so it goes wrong for all of them at one moment, and while
they are at work. What only counts (`time.monotonic`) goes on, as it does on a real machine.
"""

from __future__ import annotations

import mmap
import os
import struct

if _path := os.environ.get("TORTURE_CLOCK"):
    import time_machine

    with open(_path, "rb") as _file:
        # Shared with whoever sets it, and with all that this process forks.
        _offset = mmap.mmap(_file.fileno(), 8, prot=mmap.PROT_READ)

    class _Machine(time_machine.Traveller):
        def time_ns(self) -> int:
            (offset,) = struct.unpack("<q", _offset[:8])
            return time_machine.escape_hatch.time.time_ns() + int(offset)

    time_machine.travel(0).start()
    time_machine.traveller_stack[-1] = _Machine(0, None, True)
