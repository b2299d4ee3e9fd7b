"""People at the desk, as programs: they sign in by the form, answer by the form, and read the page."""

from __future__ import annotations

import html
import math
import re
import secrets
import threading
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy

import requests

from tests.torture.books import wait_until
from tests.torture.rig import Rig

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
BUBBLE = re.compile(r'<div class="message-text"[^>]*>(.*?)</div>', re.DOTALL)


_signing_in = threading.Lock()


class Person:
    """One browser of Sue, who signs in once for all of them. Not thread-safe.

    `has_script`: forms are sent by htmx, which gets the thread as it is then; else by the browser, which is sent there.
    """

    def __init__(self, rig: Rig, *, has_script: bool = True) -> None:
        self._rig = rig
        self._has_script = has_script
        self._session = requests.Session()
        self._session.trust_env = False
        with _signing_in:
            if not rig.cookies:
                self._sign_in()
                rig.cookies.update(self._session.cookies.get_dict())
                self._session.cookies.clear()
        # From here on only what is said here goes along: each form has a token of its own.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers["Cookie"] = self.cookie

    def _sign_in(self) -> None:
        address = f"{self._rig.url}/sign-in/"
        found = _TOKEN.search(self._session.get(address, timeout=30).text)
        assert found, "the page to sign in has no form"
        form = {"username": "sue", "password": "demo", "csrfmiddlewaretoken": found[1]}
        answer = self._session.post(address, data=form, timeout=30, headers={"Referer": self._rig.url})
        assert answer.ok, answer.status_code
        assert "sessionid" in self._session.cookies, "not signed in"

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._rig.cookies.items() if name != "csrftoken")

    def read(self, path: str, **headers: str) -> str:
        answer = self._session.get(f"{self._rig.url}{path}", timeout=30, headers=headers)
        answer.raise_for_status()
        return answer.text

    def bubbles(self, conversation_id: int, *, is_page: bool = True) -> Counter[str]:
        """Text → how many bubbles of the open thread show it. Not `is_page`: the thread alone, as htmx reads it."""
        headers = {} if is_page else {"HX-Request": "true"}
        page = self.read(f"/conversations/{conversation_id}/", **headers)
        return Counter(html.unescape(text) for text in BUBBLE.findall(page))

    def post(self, path: str, **form: str) -> int:
        """The status of the answer; 0 when there was none, 200 when it was to go and see."""
        token = secrets.token_hex(16)
        headers = {"X-CSRFToken": token, "Referer": self._rig.url, "Cookie": f"{self.cookie}; csrftoken={token}"}
        if self._has_script:
            headers["HX-Request"] = "true"
        try:
            answer = self._session.post(
                f"{self._rig.url}{path}", data=form, headers=headers, timeout=30, allow_redirects=False
            )
        except requests.RequestException:
            return 0
        is_sent_there = answer.is_redirect and answer.headers["Location"].startswith("/conversations/")
        return 200 if is_sent_there else answer.status_code


@dataclass(frozen=True)
class Reply:
    conversation_id: int
    text: str
    key: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass
class Clicks:
    """What was clicked, and what the desk said to it."""

    acknowledged: list[Reply] = field(default_factory=list)
    refused: list[Reply] = field(default_factory=list)
    unanswered: int = 0
    # Was there something left to click when the time was over?
    is_cut_short: bool = False

    @property
    def note(self) -> str:
        return "ended by the clock" if self.is_cut_short else ""


def click_all(
    rig: Rig, replies: Sequence[Reply], *, people: int = 4, tries: int = 60, until: float = math.inf
) -> Clicks:
    """Each is posted until the desk answers: a double click of one key is one reply, however often it comes.

    `until`: from this moment, of the monotonic clock, no further one is begun.
    """
    clicks, lock = Clicks(), threading.Lock()
    is_over = threading.Event()

    def click(share: Sequence[Reply], has_script: bool) -> None:
        person = Person(rig, has_script=has_script)
        for reply in share:
            if is_over.is_set() or time.monotonic() > until:
                clicks.is_cut_short = True
                break
            for _ in range(tries):
                path = f"/conversations/{reply.conversation_id}/replies/"
                status = person.post(path, key=reply.key, text=reply.text, take_over="true")
                if 200 <= status < 500:
                    break
                with lock:
                    clicks.unanswered += 1
                time.sleep(0.3)
            with lock:
                (clicks.acknowledged if 200 <= status < 300 else clicks.refused).append(reply)

    with ThreadPoolExecutor(people) as threads:
        try:
            # Each conversation is one person's, so that what is clicked first is asked for first.
            shares = [[each for each in replies if each.conversation_id % people == number] for number in range(people)]
            for share in [threads.submit(click, share, number % 2 == 0) for number, share in enumerate(shares)]:
                share.result()
        finally:
            # Interrupted: nobody clicks on behind our back.
            is_over.set()
    return clicks


def start_conversations(rig: Rig, count: int, *, text: str = "Hi, yes please") -> dict[int, str]:
    """New leads who have answered, known to the desk and confirmed: conversation id → lead id."""
    # By their numbers, for not every dialect calls a lead what its ledger does.
    made = {_last_digits(lead["phone"]): str(lead["id"]) for lead in rig.sandbox.create_leads(count)}
    for lead_id in made.values():
        rig.sandbox.say(lead_id, text)
    confirmed = (
        "SELECT c.id, l.phone FROM engage_conversation c JOIN engage_lead l ON l.id = c.lead_id"
        " WHERE c.key_fingerprint <> '' AND c.read_wanted_at IS NULL"
    )

    def known() -> dict[int, str]:
        rows = ((int(conversation_id), _last_digits(phone)) for conversation_id, phone in rig.books.read(confirmed))
        return {conversation_id: made[phone] for conversation_id, phone in rows if phone in made}

    are_known = wait_until(lambda: len(known()) == count, within=60 + count / 5)
    assert are_known, f"only {len(known())} of {count} conversations came to be known"
    return known()


def _last_digits(phone: str) -> str:
    return "".join(filter(str.isdecimal, phone))[-10:]
