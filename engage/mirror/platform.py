"""The way to the platform of one workspace: its configured origins, its key."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.db import connection

from engage.api.client import EngageClient
from engage.api.origins import DEFAULT_TIMEOUTS, Origins, Timeouts
from engage.mirror import life
from engage.mirror.reach import NotedClient
from engage.models import Conversation, Workspace
from engage.vault import Secret


def client_for(workspace: Workspace, *, timeouts: Timeouts = DEFAULT_TIMEOUTS) -> EngageClient:
    """A client that talks to the origins configured for this workspace and to no others."""
    origins = Origins(
        core=workspace.core_origin, conversation=workspace.conversation_origin, widget=workspace.widget_origin
    )
    sign_of_life = partial(life.note, workspace.pk)
    return NotedClient(
        workspace.pk,
        origins,
        workspace.api_key,
        timeouts=timeouts,
        before_call=_give_connection_back,
        sign_of_life=sign_of_life,
    )


def _give_connection_back() -> None:
    """Who waits for a platform takes no place in the pool of database connections, which everybody shares."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        connection.close()


@dataclass(frozen=True)
class Widget:
    """The platform's own page of one conversation. Its address holds the key; its origin is the configured one."""

    address: Secret
    origin: str


def find_widget(conversation: Conversation) -> Widget | None:
    """None until the platform has answered for the conversation's key, and once it denies to know it."""
    if not conversation.is_confirmed or conversation.denied_at is not None:
        return None
    client = client_for(conversation.workspace)
    return Widget(client.widget_url(conversation.key), client.origins.widget)
