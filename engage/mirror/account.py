"""What the platform itself says about whose account this is and where it lives, beside what is configured.

Nothing is asked of the platform here: what it said last is enough, and pages may show it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from shlex import quote
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from engage.api.origins import origin_of
from engage.models import Campaign, Delivery, Workspace

# So many of the newest webhooks are looked at: a page shows this, and each body is decrypted.
_LOOKED_AT = 100
_DEEPEST = 6
_LONGEST_HOST = 100


@dataclass(frozen=True)
class Finding:
    """What differs, in words, and what to do about it."""

    words: str
    remedy: str


@dataclass(frozen=True)
class Named:
    """Counted over the newest webhooks: the origins in their addresses, and (orgId, workspaceId) of their leads."""

    conversation_origins: Counter[str]
    widget_origins: Counter[str]
    accounts: Counter[tuple[int, int]]


def find_named(workspace: Workspace) -> Named:
    named = Named(Counter(), Counter(), Counter())
    for delivery in Delivery.objects.filter(workspace=workspace).order_by("-id")[:_LOOKED_AT]:
        try:
            body = json.loads(bytes(delivery.body))
        except (ValueError, RecursionError):
            continue
        for fields in _objects(body):
            _note(named, fields)
    return named


def compare(workspace: Workspace, named: Named | None = None) -> Iterator[Finding]:
    """Every difference between what Engage names and what is configured here, and what Engage could not reach."""
    named = named or find_named(workspace)
    yield from _compare_accounts(workspace, named)
    configured = origin_of(workspace.conversation_origin)
    yield from _compare_origins(workspace, named.conversation_origins, configured, "conversation")
    yield from _compare_origins(workspace, named.widget_origins, origin_of(workspace.widget_origin), "widget")
    if finding := find_unreachable(workspace):
        yield finding


def find_unreachable(workspace: Workspace) -> Finding | None:
    """Our own origin, when a platform elsewhere cannot post webhooks to it."""
    if is_on_this_network(workspace.core_origin):
        return None
    origin = settings.ORIGIN
    if is_on_this_network(origin):
        return Finding(
            f"Engage cannot reach {origin}, where webhooks are to come: it is an address of this machine or network",
            "set CONSOLE_ORIGIN to the public https address, start again, and register the webhook address anew",
        )
    if not origin.startswith("https://"):
        return Finding(
            f"Webhooks come to {origin} over plain http: texts, and the secret address, travel in the clear",
            "put a proxy with TLS in front and set CONSOLE_ORIGIN to its https address",
        )
    return None


def is_on_this_network(origin: str) -> bool:
    """Whether nobody beyond this network can mean this machine by it: loopback, private, or a name without a dot."""
    host = urlsplit(origin).hostname or ""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".internal", ".lan", ".home.arpa", ".test"))


def _compare_accounts(workspace: Workspace, named: Named) -> Iterator[Finding]:
    ours = (workspace.org_id, workspace.workspace_id)
    described = Campaign.objects.filter(workspace=workspace, confirmed_at__isnull=False)
    of_campaigns = Counter(
        pair
        for org, place in described.values_list("document__orgId", "document__workspaceId")
        if (pair := _pair(org, place)) is not None
    )
    for what, said in (("Its campaigns", of_campaigns), ("Leads in its webhooks", named.accounts)):
        for (org, place), count in said.most_common():
            if (org, place) != ours:
                yield Finding(
                    f"{what} belong to organization {org}, workspace {place} ({count} of {said.total()}); "
                    f"configured are {ours[0]} and {ours[1]}",
                    f"manage.py connect_workspace {quote(workspace.name)} --org-id {org} --workspace-id {place}",
                )


def _compare_origins(workspace: Workspace, said: Counter[str], configured: str, part: str) -> Iterator[Finding]:
    for origin, count in said.most_common(3):
        if origin != configured:
            yield Finding(
                f"Engage names {origin} ({count} times), configured is {configured} ({part} origin)",
                # Anybody who knows the webhook address can name a host: keys must not follow them there.
                f"if your contact at Engage confirms that host: manage.py connect_workspace {quote(workspace.name)} "
                f"--{part}-origin {quote(origin)}",
            )


def _objects(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Every object in a body, however it is wrapped."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        yield value
    for inside in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inside, depth + 1)


def _note(named: Named, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        folded = name.casefold()
        if folded == "endpoints" and isinstance(value, dict):
            for endpoint, url in value.items():
                origin = _origin(url)
                if origin:
                    (named.widget_origins if "widget" in endpoint.casefold() else named.conversation_origins)[
                        origin
                    ] += 1
        elif folded == "lead" and isinstance(value, dict):
            pair = _pair(value.get("orgId"), value.get("workspaceId"))
            if pair is not None:
                named.accounts[pair] += 1


def _origin(url: Any) -> str:
    # The origin alone: the rest of the address holds a key, and a userinfo may hold anything.
    origin = origin_of(url) if isinstance(url, str) else ""
    scheme, separator, host = origin.partition("://")
    return f"{scheme}{separator}{host.rpartition('@')[2]}"[:_LONGEST_HOST] if origin.isprintable() else ""


def _pair(org: Any, place: Any) -> tuple[int, int] | None:
    """Numbers may come as text."""
    try:
        return int(org), int(place)
    except (TypeError, ValueError, OverflowError):
        return None
