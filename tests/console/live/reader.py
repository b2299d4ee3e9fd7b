"""A browser's side of a stream, over a real socket."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from types import TracebackType

from django.contrib.auth.models import User
from django.test import Client


@dataclass
class Event:
    name: str = ""
    data: str = ""
    id: str = ""
    retry: str = ""


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def cookie_of(client: Client) -> str:
    return f"sessionid={client.cookies['sessionid'].value}"


# Long, because a busy machine counts seldom; every wait ends as soon as what is waited for has come.
PATIENCE_SECONDS = 40


class Reader:
    def __init__(self, port: int, path: str, *, cookie: str = "", last_event_id: int | None = None) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        headers = {"Cookie": cookie, "Accept": "text/event-stream"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = str(last_event_id)
        self._connection.request("GET", path, headers=headers)
        self.response = self._connection.getresponse()

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.response.close()
        self._connection.close()

    def next(self) -> Event | None:
        """The next event; None when the stream is over. Long silence is a failure."""
        event, has_data = Event(), False
        while line := self.response.readline():
            field, _, value = line.decode().rstrip("\n").partition(":")
            value = value.removeprefix(" ")
            if field == "data":
                event.data += ("\n" if has_data else "") + value
                has_data = True
            elif field == "event":
                event.name = value
            elif field in ("id", "retry"):
                setattr(event, field, value)
            elif not field and line == b"\n" and has_data:
                return event
        return None

    def until(self, is_wanted: Callable[[Event], bool], *, seconds: float = PATIENCE_SECONDS) -> Event:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            event = self.next()
            assert event is not None, "The stream ended"
            if is_wanted(event):
                return event
        raise AssertionError(f"Not within {seconds} s")

    def until_end(self) -> None:
        """Whatever else is still told: numbers may come after rows, and the status after both."""
        while self.next() is not None:
            pass

    def until_text(self, text: str) -> Event:
        return self.until(lambda event: text in event.data)

    def until_all(self, *texts: str) -> str:
        """The data of all events until each of the texts has come: numbers may come after rows on a busy machine."""
        data = ""
        while not all(text in data for text in texts):
            data += self.until(lambda event: bool(event.data)).data
        return data

    def until_named(self, name: str) -> Event:
        return self.until(lambda event: event.name == name)
