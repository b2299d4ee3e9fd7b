"""What can go wrong with a call, told apart by one question: may the platform have acted on it?

Not acted: Unreachable, RateLimited, Unauthorized, Gone, Rejected. Perhaps acted: Unknown (and Malformed).
No error carries a key or a message's text, and none keeps the library's exception, which would.
"""

from __future__ import annotations


class EngageError(Exception):
    """Base of all; `status` is None when no complete answer was read."""

    def __init__(self, reason: str = "", status: int | None = None) -> None:
        super().__init__(reason, status)
        self.reason = reason
        self.status = status

    def __str__(self) -> str:
        return (
            self.reason if self.status is None else f"{self.status}: {self.reason}" if self.reason else str(self.status)
        )


class Unreachable(EngageError):
    """Certain that no byte of the request left: name, connection or TLS failed. A machine may try again."""


class Unknown(EngageError):
    """Bytes may have left and no answer settles what became of them. A machine must not repeat a POST."""


class Overloaded(Unknown):
    """503 with Retry-After: most likely refused before it was processed, but nobody promises that."""

    def __init__(self, retry_after: float, reason: str = "") -> None:
        super().__init__(reason, 503)
        self.retry_after = retry_after


class Malformed(Unknown):
    """A complete 2xx answer that is not what the guide documents."""


class RateLimited(EngageError):
    """429: refused before it was processed. `retry_after` is in seconds, None when the platform did not say."""

    def __init__(self, retry_after: float | None = None, reason: str = "") -> None:
        super().__init__(reason, 429)
        self.retry_after = retry_after


class Unauthorized(EngageError):
    """401 or 403: the key of this call does not open this door."""

    def __init__(self, status: int = 401, reason: str = "") -> None:
        super().__init__(reason, status)


class Gone(EngageError):
    """404 or 410: the platform knows no such thing, or a conversation's key is not valid any more."""

    def __init__(self, status: int = 404, reason: str = "") -> None:
        super().__init__(reason, status)


class Rejected(EngageError):
    """Any other 4xx, or a 2xx that says so: refused for good, as it stands.

    `status` is None when we refused to build the request.
    """

    def __init__(self, status: int | None, reason: str) -> None:
        super().__init__(reason, status)


class MalformedEvent(EngageError):
    """A webhook body that cannot be read as an event; `reason` is for an admin to read."""
