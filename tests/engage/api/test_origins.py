"""Origins: the only addresses the client ever calls."""

from __future__ import annotations

import pytest

from engage.api.origins import Origins, origin_of


def test_defaults_are_the_vendors() -> None:
    origins = Origins()

    assert origins.core == "https://core.purecallerid.app"
    assert origins.conversation == "https://api.purecallerid.app"
    assert origins.widget == "https://agent.purecallerid.app"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://Api.Example.COM", "https://api.example.com"),
        ("https://api.example.com/", "https://api.example.com"),
        ("https://api.example.com:443", "https://api.example.com"),
        ("http://localhost:80/", "http://localhost"),
        ("https://10.1.2.3", "https://10.1.2.3"),
        ("https://api.example.com:8443", "https://api.example.com:8443"),
        ("HTTP://127.0.0.1:8001", "http://127.0.0.1:8001"),
        ("http://[::1]:8001", "http://[::1]:8001"),
        (" https://api.example.com ", "https://api.example.com"),
    ],
)
def test_origin_is_kept_in_one_spelling(given: str, kept: str) -> None:
    assert Origins(core=given).core == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "api.example.com",
        "//api.example.com",
        "ftp://api.example.com",
        "javascript://api.example.com",
        "https://",
        "https:///path",
        "https://user@api.example.com",
        "https://user:pass@api.example.com",
        "https://api.example.com@evil.example",
        "https://api.example.com/path",
        "https://api.example.com?x=1",
        "https://api.example.com#x",
        "https://api.example.com:",
        "https://api.example.com:0",
        "https://api.example.com:port",
        "https://api.example.com:99999",
        "https://api.example.com\\@evil.example",
        "https://api.exa mple.com",
        "https://api.example.com\n.evil.example",
        "https://exämple.com",
        "https://[::1",
        "http://api.example.com",
        "http://10.1.2.3",
        "http://localhost.example.com",
        "https://api.example.com.",
        "https://0177.0.0.1",
        "https://0x7f000001",
        "https://0x7f.0.0.1",
        "https://2130706433",
        "https://127.1",
        "https://[::ffff:127.0.0.1]",
        "https://[0:0:0:0:0:0:0:1]",
        "https://0.0.0.0",
        "https://[::]",
        "https://169.254.169.254",
        "https://224.0.0.1",
    ],
)
@pytest.mark.parametrize("field", ["core", "conversation", "widget"])
def test_anything_but_an_origin_is_refused(field: str, given: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Origins(**{field: given})


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://api.purecallerid.dev/api/public/engage/conversation?key=K", "https://api.purecallerid.dev"),
        ("HTTPS://API.example.com:443?key=K", "https://api.example.com"),
        ("http://host:8001/x", "http://host:8001"),
        ("https://api.example.com@evil.example/x", "https://api.example.com@evil.example"),
        ("https://api.example.com\\@evil.example/x", "https://api.example.com"),
        ("/relative?key=K", ""),
        ("", ""),
    ],
)
def test_origin_a_url_names(url: str, origin: str) -> None:
    assert origin_of(url) == origin
