"""Between the socket and Django: every platform call is noted, and some go wrong on purpose."""

from __future__ import annotations

import errno
import io
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from typing import Any

from engage.sandbox import calls, faults

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

# Set when the server stops, so that a stalled answer does not hold it up.
stopping = threading.Event()


class Broken(OSError):
    """The connection is gone, by our own hand; the server takes it as a client that left."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "closed on purpose")


class Answer:
    """What Django answered, held back."""

    def __init__(self, application: Application, environ: Environ) -> None:
        self.status = ""
        self.headers: list[tuple[str, str]] = []
        body = application(environ, self._start)
        self.body = b"".join(body)
        self.headers.append(("Content-Length", str(len(self.body))))
        getattr(body, "close", lambda: None)()

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        self.status, self.headers = status, headers

    def as_bytes(self) -> bytes:
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        return f"HTTP/1.1 {self.status}\r\n{head}\r\n".encode("latin-1") + self.body


class PlatformWire:
    """Wraps the Django application; calls outside the platform's own paths pass untouched."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        kind = calls.kind_of(environ["PATH_INFO"])
        if not kind:
            return self._application(environ, start_response)
        mode = faults.mode_for(kind)
        environ["sandbox.is_dropped"] = mode == "drop"
        note = calls.note(environ, kind, mode)
        if mode in CLOSINGS:
            CLOSINGS[mode](environ["gunicorn.socket"])
            raise Broken
        if mode in REFUSALS:
            status, headers, body = REFUSALS[mode](environ)
        else:
            _keep_body(environ, note)
            answer = Answer(self._application, environ)
            note["status"] = int(answer.status[:3])
            status, headers, body = _spoil(mode, answer, environ["gunicorn.socket"])
        note["status"] = int(status[:3])
        start_response(status, headers)
        return [body]


Reply = tuple[str, list[tuple[str, str]], bytes]


def _plain(status: str, body: str, kind: str = "text/plain", **headers: str) -> Reply:
    content = body.encode()
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return status, [("Content-Type", kind), ("Content-Length", str(len(content))), *named], content


def _back_to_itself(environ: Environ) -> Reply:
    # 307 keeps method and body: a client that follows it sends its message again.
    location = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}{environ['RAW_URI']}"
    return _plain("307 Temporary Redirect", "", Location=location)


REFUSALS: dict[str, Callable[[Environ], Reply]] = {
    "429": lambda environ: _plain("429 Too Many Requests", "slow down", Retry_After="1"),
    "500": lambda environ: _plain("500 Internal Server Error", "sandbox fault: not accepted"),
    "503": lambda environ: _plain("503 Service Unavailable", "sandbox fault: not accepted"),
    "html": lambda environ: _plain("200 OK", "<!doctype html><title>Gateway</title>Please wait.", "text/html"),
    "redirect": _back_to_itself,
}


def _spoil(mode: str, answer: Answer, client: socket.socket) -> Reply:
    """The call has taken effect by now; what the caller gets to see of it depends on the mode."""
    match mode:
        case "stall":
            stopping.wait(faults.current().calls.stall_s)
        case "cut":
            _close(client)
            raise Broken
        case "half_headers":
            client.sendall(answer.as_bytes()[:40])
            _close(client)
            raise Broken
        case "drip":
            _drip(client, answer.as_bytes())
            _close(client)
            raise Broken
        case "accept_then_500":
            return _plain("500 Internal Server Error", "sandbox fault: accepted all the same")
        case "accept_then_429":
            return _plain("429 Too Many Requests", "sandbox fault: accepted all the same", Retry_After="1")
    return answer.status, answer.headers, answer.body


def _drip(client: socket.socket, content: bytes) -> None:
    """Byte by byte, so that no read ever times out; the whole lasts as long as a stall would."""
    pause = faults.current().calls.stall_s / len(content)
    for byte in content:
        client.sendall(bytes([byte]))
        if stopping.wait(pause):
            return


def _close(client: socket.socket) -> None:
    client.shutdown(socket.SHUT_RDWR)


def _reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    # The server closes its descriptor once more, politely, so it gets an unconnected one in exchange.
    with socket.socket(client.family) as blank:
        os.dup2(blank.fileno(), client.fileno())


def _keep_body(environ: Environ, note: dict[str, Any]) -> None:
    """Note the start of the body, and let Django read it all the same."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) <= calls.LONGEST_NOTED_BODY:
        body = environ["wsgi.input"].read(int(length))
        environ["wsgi.input"] = io.BytesIO(body)
        note["body"] = body.decode("utf-8", "replace")


CLOSINGS = {"refuse": _reset, "cut_before": _close}
