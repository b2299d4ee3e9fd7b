"""The way to the platform of one workspace: its configured origins, its key."""

from __future__ import annotations

from engage.api.client import EngageClient
from engage.api.origins import DEFAULT_TIMEOUTS, Origins, Timeouts
from engage.models import Workspace


def client_for(workspace: Workspace, *, timeouts: Timeouts = DEFAULT_TIMEOUTS) -> EngageClient:
    """A client that talks to the origins configured for this workspace and to no others."""
    origins = Origins(
        core=workspace.core_origin, conversation=workspace.conversation_origin, widget=workspace.widget_origin
    )
    return EngageClient(origins, workspace.api_key, timeouts=timeouts)
