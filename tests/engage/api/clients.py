"""Clients of a server on loopback, and the samples of the vendor's guides."""

from __future__ import annotations

import ssl
from pathlib import Path

from engage.api.client import EngageClient
from engage.api.origins import Origins, Timeouts
from engage.vault import Secret

PAYLOADS = Path(__file__).parents[2] / "payloads"
API_KEY = Secret("1EfX+canary/of+the+api+key+9876543210c4=")
CONVERSATION_KEY = Secret("conversation+canary/key=0123456789")
QUICK = Timeouts(connect=0.5, read=0.4, total=0.8)
PATIENT = Timeouts(connect=5, read=10, total=20)


def payload(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


def client_of(origin: str, timeouts: Timeouts = PATIENT, tls: ssl.SSLContext | None = None) -> EngageClient:
    return EngageClient(Origins(core=origin, conversation=origin, widget=origin), API_KEY, timeouts=timeouts, tls=tls)
