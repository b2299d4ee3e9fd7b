"""Where the platform lives, and how long we wait for it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Timeouts:
    """Seconds: to connect (name, TCP and TLS together), between two reads, and for the whole call."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 20.0


DEFAULT_TIMEOUTS = Timeouts()
# A list of thousands of campaigns.
LIST_TIMEOUTS = Timeouts(connect=5.0, read=30.0, total=60.0)
# A file of 100,000 rows takes its time on the line, and again until the platform has looked at it.
UPLOAD_TIMEOUTS = Timeouts(connect=5.0, read=60.0, total=300.0)


@dataclass(frozen=True)
class Origins:
    """The three origins of a workspace; raises ValueError unless each is scheme, host and maybe a port."""

    core: str = "https://core.purecallerid.app"
    conversation: str = "https://api.purecallerid.app"
    widget: str = "https://agent.purecallerid.app"

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, checked_origin(getattr(self, field.name), name=field.name))


def checked_origin(text: str, *, name: str = "origin") -> str:
    """The origin in its one spelling: lower case, no default port, no closing slash; raises ValueError."""
    text = text.strip()
    parts = urlsplit(text)
    # urlsplit would quietly drop line ends and tabs.
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or not text.isprintable():
        raise ValueError(f"{name}: expected http:// or https:// and a host")
    if "@" in parts.netloc or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"{name}: only scheme, host and port; no user, path or query")
    if parts.scheme == "http" and not _is_this_machine(parts.hostname):
        raise ValueError(f"{name}: keys travel to other machines by https:// only")
    return origin_of(f"{parts.scheme}://{_checked_host(parts.netloc, parts.port, name=name)}")


def _checked_host(netloc: str, port: int | None, *, name: str) -> str:
    # Reading `.port` has already refused a port that is no number or above 65535.
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789.-_:[]")
    if port == 0 or netloc.endswith(":") or not set(netloc.lower()) <= allowed:
        raise ValueError(f"{name}: not a host name or a port")
    host = urlsplit(f"//{netloc}").hostname or ""
    if host.endswith(".") or (_is_number(host) and not _is_plain_number(host)):
        raise ValueError(f"{name}: a host in another spelling than its own")
    return netloc


def _is_number(host: str) -> bool:
    """Whether a resolver would read the host as an address: its last label is a number in some notation."""
    last = host.rpartition(".")[2]
    return ":" in host or last.isdigit() or (last.startswith("0x") and all(c in "0123456789abcdef" for c in last[2:]))


def _is_plain_number(host: str) -> bool:
    """An address as everybody writes it, and one that names a single machine; not `0177.0.0.1` for 127.0.0.1."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    is_other_in_disguise = address.version == 6 and address.ipv4_mapped is not None
    is_nobody = address.is_unspecified or address.is_multicast or address.is_link_local
    return str(address) == host and not is_other_in_disguise and not is_nobody


def _is_this_machine(host: str) -> bool:
    return host == "localhost" or (_is_plain_number(host) and ip_address(host).is_loopback)


def origin_of(url: str) -> str:
    """Scheme, host and port as the URL spells them, for comparing with a configured origin; "" when it has none."""
    # Addresses differ in their query alone; and what is kept here holds no key.
    return _origin_before_query(url.partition("?")[0])


@lru_cache(maxsize=1024)
def _origin_before_query(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    if not separator:
        return ""
    host = rest
    for end in "/#\\":
        host = host.partition(end)[0]
    scheme = scheme.lower()
    return f"{scheme}://{host.lower().removesuffix(f':{_DEFAULT_PORTS.get(scheme)}')}"
