"""gunicorn's threaded worker, kept from waiting where nobody else can be served meanwhile."""

from __future__ import annotations

from typing import Any

from gunicorn import util  # type: ignore[import-untyped]  # ships no types
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]  # as above


class WebWorker(ThreadWorker):  # type: ignore[misc]  # as above
    """Waits for a client to hang up in that client's thread.

    A connection that is not kept alive lingers for up to two seconds until its client closes it too. gunicorn waits
    for that in the one thread that accepts all others: a few clients slow to hang up would hold up everybody.
    """

    def handle(self, conn: Any) -> Any:
        outcome = super().handle(conn)
        # Not so when it is put off or kept alive: those come back.
        if outcome is False:
            util.close_graceful(conn.sock)
            conn.close = _is_closed_already
        return outcome


def _is_closed_already(graceful: bool = False) -> None:
    pass
