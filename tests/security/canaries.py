"""Secrets that nobody writes by chance, and everything the running product says, to look for them in."""

from __future__ import annotations

import base64
import html
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus, urljoin, urlsplit

import requests

from tests.browser.ring import Ring


@dataclass
class Canaries:
    """Name → secret; `seen_in` finds them in whatever form a program may write them."""

    secrets: dict[str, str] = field(default_factory=dict)

    def seen_in(self, where: str, text: str | bytes, *, but: tuple[str, ...] = ()) -> list[str]:
        raw = text if isinstance(text, bytes) else text.encode()
        return [
            f"{name} in {where}"
            for name, secret in self.secrets.items()
            if not name.startswith(but or "-") and any(form in raw for form in _forms(secret))
        ]


def _forms(secret: str) -> set[bytes]:
    plain = secret.encode()
    texts = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], html.escape(secret)}
    # A part is as bad as the whole: the middle of each form, long enough that it is no chance.
    pieces = {text[len(text) // 4 : len(text) // 4 + 16] for text in texts if len(text) >= 24}
    # Inside something in base64 its letters depend on where it begins.
    shifted = {base64.b64encode(b"\0" * lead + plain)[4:-4] for lead in range(3)}
    return {text.encode() for text in texts | pieces} | {form for form in shifted if len(form) >= 16}


class Person:
    """A signed-in browser that keeps every word it was told."""

    def __init__(self, ring: Ring, name: str, password: str) -> None:
        self.ring = ring
        self.heard: dict[str, bytes] = {}
        self._token = ""
        self.session = requests.Session()
        self.session.trust_env = False
        assert self.post("/sign-in/", username=name, password=f"not {password}").status_code != 302
        answer = self.post("/sign-in/", username=name, password=password)
        assert answer.status_code == 302, answer.text[:300]
        self._token = self._read_token("/password/")

    @property
    def session_key(self) -> str:
        return str(self.session.cookies["sessionid"])

    def get(self, path: str, **headers: str) -> requests.Response:
        answer = self.session.get(f"{self.ring.url}{path}", headers=headers, allow_redirects=False, timeout=60)
        self._hear(f"GET {path}", answer)
        return answer

    def post(self, path: str, **fields: Any) -> requests.Response:
        form = {"csrfmiddlewaretoken": self._token or self._read_token("/sign-in/"), **fields}
        answer = self.session.post(f"{self.ring.url}{path}", data=form, allow_redirects=False, timeout=60)
        self._hear(f"POST {path}", answer)
        return answer

    def _read_token(self, path: str) -> str:
        page = self.get(path).text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token, page[:300]
        return token[1]

    def listen(self, query: str, seconds: float) -> None:
        """What a live page is told meanwhile."""
        heard = b""
        ends_at = time.monotonic() + seconds
        with self.session.get(f"{self.ring.url}/live/stream/?{query}", stream=True, timeout=20) as stream:
            for piece in stream.iter_content(None):
                heard += piece
                if time.monotonic() > ends_at:
                    break
        self.heard[f"stream {query}"] = heard

    def walk(self, starts: tuple[str, ...], most: int) -> int:
        """Follow every link there is to a page of ours, one of each kind and a few more; how many pages it was."""
        waiting, seen, kinds = list(starts), set[str](), dict[str, int]()
        while waiting and len(seen) < most:
            path = waiting.pop(0)
            kind = re.sub(r"\d+", "N", urlsplit(path).path)
            if path in seen or kinds.get(kind, 0) >= 3:
                continue
            seen.add(path)
            kinds[kind] = kinds.get(kind, 0) + 1
            answer = self.get(path)
            if "text/html" in answer.headers.get("Content-Type", ""):
                waiting += [found for found in _links(path, answer.text) if found not in seen]
        return len(seen)

    def _hear(self, what: str, answer: requests.Response) -> None:
        # Its own cookies are told to a browser alone, which is what they are for.
        headers = "".join(f"{name}: {value}\n" for name, value in answer.headers.items() if name != "Set-Cookie")
        self.heard[f"{len(self.heard)} {what}"] = headers.encode() + answer.content


def _links(page: str, text: str) -> Iterator[str]:
    for found in re.findall(r'(?:href|action|hx-get)="([^"]+)"', text):
        address = urlsplit(urljoin(page, html.unescape(found)))
        is_ours = not address.scheme and not address.netloc and address.path.startswith("/")
        if is_ours and not address.path.startswith(("/static/", "/sign-out/", "/admin/logout/")):
            yield address.path + (f"?{address.query}" if address.query else "")
