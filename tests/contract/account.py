"""Whom the contract tests speak to: a sandbox of their own, or a real account that the environment names.

ENGAGE_CONTRACT_ORIGIN        https://core.purecallerid.app
ENGAGE_CONTRACT_API_KEY       one of the workspace's API keys
ENGAGE_CONTRACT_CONVERSATION  the conversationEndpoint of some conversation; without it, those tests are skipped
ENGAGE_CONTRACT_WRITE         1: tests may change things, but nothing beyond the campaign and conversation named here
ENGAGE_CONTRACT_CAMPAIGN      id of the campaign they may change, and
ENGAGE_CONTRACT_LIST          verbatim name of a list of it
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Account:
    origin: str
    api_key: str
    conversation_url: str
    may_write: bool
    campaign_id: str
    list_name: str

    def __repr__(self) -> str:
        """An assertion that fails prints its arguments, and no key with them."""
        return f"Account({self.origin})"

    @property
    def doors(self) -> frozenset[tuple[str, int]]:
        """The hosts and ports that tests may reach beyond this machine: these, and no others."""
        return frozenset(_door(url) for url in (self.origin, self.conversation_url) if url)


@cache
def named_account() -> Account | None:
    origin = _value("ORIGIN").rstrip("/")
    if not origin:
        return None
    api_key = _value("API_KEY")
    assert api_key, "ENGAGE_CONTRACT_ORIGIN is set: ENGAGE_CONTRACT_API_KEY is needed as well"
    return Account(
        origin=origin,
        api_key=api_key,
        conversation_url=_value("CONVERSATION"),
        may_write=_value("WRITE") == "1",
        campaign_id=_value("CAMPAIGN"),
        list_name=_value("LIST"),
    )


def _value(name: str) -> str:
    return os.environ.get(f"ENGAGE_CONTRACT_{name}", "").strip()


def _door(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.scheme in ("http", "https"), f"not a web address: {url.partition('?')[0]}"
    assert parts.hostname, f"not a web address: {url.partition('?')[0]}"
    return parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme]
