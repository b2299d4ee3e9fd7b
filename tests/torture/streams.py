"""P10: open pages whose lines are cut and whose servers die; all of them show what a page opened now would show."""

from __future__ import annotations

import html
import random
import re
import threading
import time
from collections import Counter
from http.client import HTTPConnection, HTTPException
from urllib.parse import parse_qs, urlsplit

import requests

from tests.torture.books import wait_until
from tests.torture.desk import BUBBLE, Person, start_conversations
from tests.torture.findings import Finding
from tests.torture.havoc import Evil, Havoc
from tests.torture.rig import Rig

_LIVE_URL = re.compile(r'data-live-url="([^"]+)"')
_CONVERGES_WITHIN = 5.0
# A browser's; ours tries a little sooner, there are fewer of them.
_RECONNECTS_AFTER = (0.1, 0.6)
_SILENCE = 20.0


class Page(threading.Thread):
    """One open conversation as a browser holds it: what it shows is what came last, by page or by stream."""

    def __init__(self, rig: Rig, cookie: str, conversation_id: int, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self._rig, self._cookie, self._chance = rig, cookie, chance
        self.conversation_id = conversation_id
        self._thread = f"#thread[data-conversation='{conversation_id}']"
        self._is_over = threading.Event()
        self._cut_at = 0.0
        self.shown: Counter[str] = Counter()
        self.cuts = self.rereads = self.repeated = 0

    def run(self) -> None:
        place = ""
        while not self._is_over.is_set():
            try:
                place = place or self._read_page()
                place = self._listen(place)
            except (OSError, HTTPException, requests.RequestException, AssertionError):
                self._is_over.wait(self._chance.uniform(*_RECONNECTS_AFTER))

    def end(self) -> None:
        self._is_over.set()

    def is_cut_every(self, seconds: tuple[float, float] | None) -> None:
        """From now on; None: never again."""
        self._between = seconds
        self._cut_at = time.monotonic() + self._chance.uniform(*seconds) if seconds else 0.0

    _between: tuple[float, float] | None = None

    def _read_page(self) -> str:
        """Reads itself; returns the address of its stream, with its place in the feed."""
        answer = requests.get(
            f"{self._rig.url}/conversations/{self.conversation_id}/", headers={"Cookie": self._cookie}, timeout=20
        )
        answer.raise_for_status()
        found = _LIVE_URL.search(answer.text)
        assert found, "the page names no stream"
        self._show(answer.text)
        return html.unescape(found[1])

    def _listen(self, url: str) -> str:
        """Until the line is down; returns where to go on, or nothing when the page has to be read again."""
        parts = urlsplit(url)
        last_id = parse_qs(parts.query).get("after", [""])[0]
        connection = HTTPConnection("127.0.0.1", self._rig.port, timeout=_SILENCE)
        data = name = ""
        try:
            headers = {"Cookie": self._cookie, "Accept": "text/event-stream", "Last-Event-ID": last_id}
            connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
            answer = connection.getresponse()
            if answer.status != 200:
                raise ConnectionError(answer.status)
            while (line := answer.readline()) and not self._is_over.is_set():
                field, _, value = line.decode().rstrip("\n").partition(":")
                value = value.removeprefix(" ")
                if field == "data":
                    data += value + "\n"
                elif field == "event":
                    name = value
                elif field == "id":
                    last_id = value
                elif not field and line == b"\n":
                    if name == "reread":
                        self.rereads += 1
                        return ""
                    self._hear(data)
                    data = name = ""
                    if self._cut_at and time.monotonic() > self._cut_at:
                        self.cuts += 1
                        self.is_cut_every(self._between)
                        break
        except (OSError, HTTPException):
            self._is_over.wait(self._chance.uniform(*_RECONNECTS_AFTER))
        finally:
            connection.close()
        return re.sub(r"after=\d*", f"after={last_id}", url)

    def _hear(self, data: str) -> None:
        if self._thread in data:
            self._show(data.partition(self._thread)[2])

    def _show(self, markup: str) -> None:
        shown = Counter(html.unescape(text) for text in BUBBLE.findall(markup))
        self.repeated += sum(count - 1 for count in shown.values())
        self.shown = shown


def torture(rig: Rig, *, pages: int, conversations: int, texts: int, seconds: float) -> Finding:
    begun_at = time.monotonic()
    people = start_conversations(rig, conversations)
    person, ids = Person(rig), list(people)
    open_pages = [Page(rig, person.cookie, ids[number % len(ids)], random.Random(number)) for number in range(pages)]
    for page in open_pages:
        page.is_cut_every((1.0, 20.0))
        page.start()
    havoc = _storm(rig, list(people.values()), texts, seconds)
    for page in open_pages:
        page.is_cut_every(None)
    rig.mend()
    for lead_id in people.values():
        rig.sandbox.say(lead_id, "The end")
    last_change_at = time.monotonic()
    is_known = _wait_until_known(rig, people)
    known_at = time.monotonic()
    fresh = {conversation_id: person.bubbles(conversation_id) for conversation_id in ids}
    wait_until(lambda: all(page.shown == fresh[page.conversation_id] for page in open_pages), within=30, pause=0.05)
    took = time.monotonic() - known_at
    behind = sum(page.shown != fresh[page.conversation_id] for page in open_pages)
    for page in open_pages:
        page.end()
    return Finding(
        "P10",
        f"{pages} open pages, {texts} texts in {conversations} conversations",
        f"{sum(page.cuts for page in open_pages)} lines cut, {havoc}",
        lost=behind,
        duplicated=sum(page.repeated for page in open_pages),
        broken=[
            *([] if is_known else ["not every text came to the mirror"]),
            *([] if took <= _CONVERGES_WITHIN else [f"the last page was right after {took:.1f} s"]),
            *havoc.errors,
        ],
        notes=f"mirror right {known_at - last_change_at:.1f} s after the last text, every page {took:.1f} s later",
        seconds=time.monotonic() - begun_at,
    )


def _storm(rig: Rig, lead_ids: list[str], texts: int, seconds: float) -> Havoc:
    """Texts come in at an even pace while things die."""
    chance, begun_at = random.Random(13), time.monotonic()
    evils = [
        Evil("web process killed", rig.kill_web_process, (3, 5)),
        Evil("all of web killed", rig.kill_web, (8, 12)),
        Evil("worker killed", rig.kill_worker, (6, 10)),
    ]
    if not rig.is_on_sqlite:
        evils.append(Evil("database stopped and started", rig.restart_database, (12, 18)))
    with Havoc(*evils) as havoc:
        for number in range(texts):
            rig.sandbox.say(chance.choice(lead_ids), f"Text {number} of a storm")
            time.sleep(max(0.0, begun_at + number * seconds / texts - time.monotonic()))
    return havoc


def _wait_until_known(rig: Rig, people: dict[int, str]) -> bool:
    """Until the mirror holds every text that the platform holds."""
    there = {lead["id"]: lead["messages"] for lead in rig.sandbox.leads()}
    wanted = sum(there[lead_id] for lead_id in people.values())
    known = f"conversation_id IN ({', '.join(map(str, people))})"
    return wait_until(lambda: rig.books.count("engage_message", known) == wanted, within=60, pause=0.1)
