"""What must be in the database before anything can be measured."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.models import F
from django.utils import timezone

from console.accounts.roles import AGENT
from console.accounts.sessions import SessionStore
from engage.mirror.projector import project_all
from engage.models import Conversation, Delivery, Workspace
from engage.vault import Secret

_TOKEN = "token-of-the-benchmark"
WEBHOOK_PATH = f"/hooks/engage/{_TOKEN}/"


def empty_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE engage_workspace, engage_change, auth_user, accounts_session RESTART IDENTITY CASCADE")


def make_workspace(*, platform: str = "http://127.0.0.1:9", api_key: str = "none") -> Workspace:
    """By default its platform is nowhere: a call fails at once."""
    workspace = Workspace(name="Benchmark", org_id=1, workspace_id=14)
    workspace.core_origin = workspace.conversation_origin = workspace.widget_origin = platform
    workspace.api_key = Secret(api_key)
    workspace.webhook_token = Secret(_TOKEN)
    workspace.save()
    return workspace


def store(workspace: Workspace, bodies: Sequence[bytes]) -> None:
    """Into the ledger, as the webhook view would."""
    Delivery.objects.bulk_create((Delivery(workspace=workspace, body=body) for body in bodies), batch_size=500)


def project_confirmed(workspace: Workspace, bodies: Sequence[bytes]) -> None:
    """Project these, and take their keys for confirmed, so that no GET is wanted for them."""
    store(workspace, bodies)
    project_all()
    Conversation.objects.update(
        sealed_key=F("sealed_offered_key"),
        key_fingerprint=F("offered_key_fingerprint"),
        read_wanted_at=None,
        read_at=timezone.now(),
    )


def sign_in_agents(count: int) -> list[str]:
    """New agents, each with a session; the `Cookie` headers of their browsers."""
    people = User.objects.bulk_create(User(username=f"agent-{number}", password="!") for number in range(count))
    agents = Group.objects.get(name=AGENT)
    User.groups.through.objects.bulk_create(
        User.groups.through(user_id=person.pk, group_id=agents.pk) for person in people
    )
    return [f"sessionid={_sign_in(person)}" for person in people]


def _sign_in(person: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    session.save()
    return str(session.session_key)
