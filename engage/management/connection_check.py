"""Does a workspace work from end to end? In lines that a person reads, with what to do where something is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.request import ProxyHandler, build_opener

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from engage.api.answers import LeftOut
from engage.api.client import EngageClient
from engage.api.errors import EngageError, Gone, Malformed, Unauthorized, Unreachable
from engage.api.pages import Partial
from engage.api.wire import Campaign as WireCampaign
from engage.mirror import account
from engage.models import Campaign, Conversation, Delivery, Pulse, Trouble, Workspace
from engage.vault import Secret

_SILENT_AFTER = timedelta(seconds=30)
_OWN_SECONDS = 5.0
_ABOUT_UNKNOWN = (
    "invented ones are always so; when many are, look at the conversation origin, the organization and the workspace"
)
_TELL_US = "ask your contact at Engage how its list is to be read; what was not read is not shown here"
# Opens nothing. Its refusal shows that somebody is there who knows of conversations.
_NO_KEY = Secret("connection-check")


@dataclass(frozen=True)
class Line:
    """`is_fault`: Engage and what is configured do not fit together; otherwise a fact, or something of ours."""

    words: str
    remedy: str = ""
    is_fault: bool = False


def check(workspace: Workspace, client: EngageClient) -> Iterator[Line]:
    """Asks the platform three things and changes nothing; raises nothing of engage.api."""
    yield from _campaigns(workspace, client)
    yield from _conversation(workspace, client)
    if unknown := Conversation.objects.filter(workspace=workspace).unknown_to_platform().count():
        yield Line(f"{unknown} conversations are unknown to Engage", _ABOUT_UNKNOWN)
    for finding in account.compare(workspace):
        yield Line(finding.words, finding.remedy, is_fault=True)
    yield from _webhooks(workspace)
    yield from _our_processes()


def _campaigns(workspace: Workspace, client: EngageClient) -> Iterator[Line]:
    try:
        listed = list(client.each_campaign())
    except Unauthorized as error:
        remedy = "give the right one: ENGAGE_API_KEY=… manage.py connect_workspace, with the name alone"
        yield Line(f"Engage refuses the API key ({error.status})", remedy, is_fault=True)
        return
    except EngageError as error:
        yield Line(
            f"Engage did not list the campaigns: {in_words(error)}", _look_at(client.origins.core), is_fault=True
        )
        return
    campaigns = [said for said in listed if isinstance(said, WireCampaign)]
    yield Line(f"Campaigns: {len(campaigns)} listed")
    for said in listed:
        if isinstance(said, Partial):
            yield Line(f"That is a part of them, for Engage {said.reason}", _TELL_US, is_fault=True)
    left_out = [said for said in listed if isinstance(said, LeftOut)]
    if left_out:
        words = f"{len(left_out)} more are listed and not understood, the first for this reason: {left_out[0].reason}"
        yield Line(words, _TELL_US, is_fault=True)
    yield from _lacking(workspace, campaigns)


def _lacking(workspace: Workspace, campaigns: list[WireCampaign]) -> Iterator[Line]:
    ids = {campaign.id for campaign in campaigns}
    known = dict(Campaign.objects.filter(workspace=workspace).values_list("remote_id", "name"))
    if missing := ids - set(known):
        yield Line(f"{len(missing)} of them are not here yet", "run manage.py reconcile", is_fault=True)
    if unlisted := set(known) - ids:
        names = ", ".join(sorted(known[remote_id] or remote_id for remote_id in unlisted)[:3])
        yield Line(f"{len(unlisted)} campaigns known here were not in this answer: {names}")


def _conversation(workspace: Workspace, client: EngageClient) -> Iterator[Line]:
    rows = Conversation.objects.filter(workspace=workspace).select_related("lead").order_by("-pk")
    conversation = rows.exclude(key_fingerprint="").first() or rows.exclude(offered_key_fingerprint="").first()
    if conversation is None:
        yield from _nobody_yet(client)
        return
    name = f"conversation {conversation.pk}"
    try:
        payload = client.get_conversation(conversation.key or conversation.offered_key)
    except EngageError as error:
        yield Line(f"The newest {name} cannot be read: {in_words(error)}", _look_at(client.origins.conversation), True)
        return
    texts = len(payload.data.messages)
    yield Line(f"Read from end to end: {name}, {texts} text{'' if texts == 1 else 's'}")
    lead = payload.data.lead
    said = (lead.org_id, lead.workspace_id)
    if None not in said and said != (workspace.org_id, workspace.workspace_id):
        words = f"It belongs to organization {said[0]}, workspace {said[1]}; configured are {workspace.org_id} and "
        yield Line(f"{words}{workspace.workspace_id}", "set --org-id and --workspace-id", is_fault=True)


def _nobody_yet(client: EngageClient) -> Iterator[Line]:
    """No conversation is known: at least somebody must be there who could answer for one."""
    origin = client.origins.conversation
    try:
        client.get_conversation(_NO_KEY)
    except Unreachable as error:
        yield Line(
            f"Nobody answers at {origin}, where conversations are to be: {error}", _look_at(origin), is_fault=True
        )
        return
    except (Gone, Unauthorized, Malformed):
        pass
    except EngageError as error:
        yield Line(f"{origin} answers, but not as it should: {in_words(error)}", _look_at(origin), is_fault=True)
        return
    yield Line("No conversation is known yet: run this again after the first webhook")


def _webhooks(workspace: Workspace) -> Iterator[Line]:
    rows = Delivery.objects.filter(workspace=workspace)
    if not rows.exists():
        yield Line("No webhook has come yet", "register the address that manage.py webhook_url prints")
        return
    for trouble in Trouble.objects.filter(workspace=workspace).of_events().order_by("-times", "about")[:5]:
        yield Line(
            f"An event is not understood: {trouble.event} ({trouble.times} times)", "look at the page Connection"
        )
    unread = rows.exclude(state=Delivery.State.APPLIED)
    for row in unread.values("state", "error").annotate(count=Count("id")).order_by("-count", "state", "error")[:5]:
        reason = f": {row['error']}" if row["error"] else ""
        yield Line(f"{row['count']} webhooks are {row['state']}{reason}", "look at them on the page Connection")


def _our_processes() -> Iterator[Line]:
    if not Pulse.objects.filter(loop="projector", at__gt=timezone.now() - _SILENT_AFTER).exists():
        yield Line("No worker runs: webhooks are kept but not taken in", "start one: manage.py worker")
    if not _answers_to_itself():
        yield Line(
            f"Web does not answer at {settings.ORIGIN}, as seen from this machine",
            "start it: gunicorn -c console/gunicorn_conf.py console.wsgi, and the proxy in front",
        )


def _answers_to_itself() -> bool:
    try:
        with build_opener(ProxyHandler({})).open(f"{settings.ORIGIN}/healthz", timeout=_OWN_SECONDS) as answer:
            return bool(answer.read(100).strip() == b"alive")
    except (OSError, ValueError):
        return False


def in_words(error: EngageError) -> str:
    kinds = {Unreachable: "it cannot be reached", Malformed: "its answer is not understood"}
    words = next((words for kind, words in kinds.items() if isinstance(error, kind)), "it refused or failed")
    return f"{words} ({error})" if str(error) else words


def _look_at(origin: str) -> str:
    return f"is {origin} the right origin? manage.py connect_workspace --help says how to change it"
