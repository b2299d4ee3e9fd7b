from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.live.events import data_lines, event

texts = st.text(st.characters(codec="utf-8")) | st.text("a\r\n\x0b\x0c\x85\u2028\u2029:")


def read(stream: bytes) -> str:
    """The data of one event, as a browser reads it."""
    lines = stream.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.removeprefix("data:").removeprefix(" ") for line in lines if line.startswith("data"))


@given(texts)
def test_text_arrives_as_it_was_sent(text: str) -> None:
    received = read(event(data_lines(text)))

    assert received == text.replace("\r\n", "\n").replace("\r", "\n")


@given(st.lists(texts, min_size=1))
def test_text_cannot_end_an_event_or_begin_another(parts: list[str]) -> None:
    sent = event(b"".join(map(data_lines, parts)), id=7, name="news")

    assert sent.count(b"\n\n") == 1
    assert sent.endswith(b"\n\n")
    assert all(line.startswith((b"id: 7", b"event: news", b"data: ")) for line in sent.rstrip(b"\n").split(b"\n"))
