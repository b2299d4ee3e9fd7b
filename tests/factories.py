"""Rows for tests: plain functions, keyword-only, with every default spelled out. Nothing here talks to the platform."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone

from console.accounts.models import Team
from console.accounts.roles import AGENT, create_roles
from console.inbox.models import Assignment, DeskConversation
from engage.mirror import summary
from engage.models import Campaign, Command, Consent, Conversation, Disposition, Lead, Message, Workspace
from engage.sms import keywords
from engage.sms.phones import consent_number
from engage.sms.searching import search_text
from engage.vault import Secret, fingerprint, seal

_numbers = itertools.count(1)

DISPOSITIONS = (
    {"id": "d1", "disposition": "OK", "success": True, "doNotContact": False},
    {"id": "d2", "disposition": "Call back", "success": False, "doNotContact": False},
    {"id": "d3", "disposition": "Opt out", "success": False, "doNotContact": True},
)


def make_workspace(*, name: str = "", origin: str = "http://127.0.0.1:9") -> Workspace:
    number = next(_numbers)
    workspace = Workspace(name=name or f"Workspace {number}", org_id=1, workspace_id=number)
    workspace.core_origin = workspace.conversation_origin = workspace.widget_origin = origin
    workspace.api_key = Secret(f"api-key-{number}")
    workspace.webhook_token = Secret(f"webhook-token-{number}")
    workspace.save()
    return workspace


def make_campaign(
    *, workspace: Workspace | None = None, name: str = "Spring webinar", status: str = "ACTIVE"
) -> Campaign:
    return Campaign.objects.create(
        workspace=workspace or make_workspace(), remote_id=f"campaign-{next(_numbers)}", name=name, status=status
    )


def make_lead(
    *,
    campaign: Campaign | None = None,
    name: str = "John Doe",
    phone: str | None = None,
    time_zone: str = "America/New_York",
    state: str = "NY",
    data: dict[str, Any] | None = None,
    **fields: Any,
) -> Lead:
    campaign = campaign or make_campaign()
    number = next(_numbers)
    phone = f"+1212555{number % 10_000:04}" if phone is None else phone
    return Lead.objects.create(
        workspace=campaign.workspace,
        campaign=campaign,
        remote_id=f"lead-{number}",
        name=name,
        phone=phone,
        number=consent_number(phone),
        search_text=search_text(name, phone),
        time_zone=time_zone,
        state=state,
        data={} if data is None else data,
        **fields,
    )


def make_conversation(
    *,
    campaign: Campaign | None = None,
    lead: Lead | None = None,
    name: str = "John Doe",
    waiting: timedelta | None = timedelta(minutes=6),
    text: str = "Is there a recording?",
    assigned_to: User | None = None,
    is_confirmed: bool = True,
    dispositions: Any = DISPOSITIONS,
    **fields: Any,
) -> DeskConversation:
    """One that waits for a reply since `waiting`, to the text given; None: no message at all."""
    lead = lead or make_lead(campaign=campaign, name=name)
    conversation = DeskConversation(workspace=lead.workspace, campaign=lead.campaign, lead=lead)
    conversation.dispositions = list(dispositions)
    key = Secret(f"key-{lead.remote_id}")
    if is_confirmed:
        conversation.sealed_key, conversation.key_fingerprint = seal(key), fingerprint(key)
    else:
        conversation.sealed_offered_key, conversation.offered_key_fingerprint = seal(key), fingerprint(key)
    for field, value in fields.items():
        setattr(conversation, field, value)
    conversation.save()
    if assigned_to:
        Assignment.objects.create(conversation=conversation, agent=assigned_to)
    if waiting is not None:
        make_message(conversation=conversation, text=text, sent_at=timezone.now() - waiting)
    return conversation


def make_message(
    *,
    conversation: Conversation,
    text: str = "Hello",
    is_inbound: bool = True,
    sent_at: datetime | None = None,
    is_confirmed: bool = True,
) -> Message:
    """A text at the platform, with what follows from it for its conversation."""
    message = Message.objects.create(
        conversation_id=conversation.pk,
        remote_id=f"message-{next(_numbers):06}",
        is_inbound=is_inbound,
        sender=conversation.lead.phone if is_inbound else "+17165127760",
        text=text,
        sent_at=sent_at or timezone.now(),
        signal=keywords.signal(text).value if is_inbound else "",
        is_confirmed=is_confirmed,
    )
    refresh(conversation)
    return message


def make_reply(
    *,
    conversation: Conversation,
    by: User,
    text: str = "Yes, there is.",
    state: Command.State = Command.State.QUEUED,
    message: Message | None = None,
    **fields: Any,
) -> Command:
    """A reply (or another kind of command) in any state, as a row; nothing dispatches it."""
    now = timezone.now()
    fields = {
        "kind": Command.Kind.REPLY,
        "created_at": now,
        "expires_at": now + timedelta(minutes=15),
        "due_at": None,
    } | fields
    return Command.objects.create(
        workspace_id=conversation.workspace_id,
        conversation_id=conversation.pk,
        text=text,
        created_by=by,
        state=state,
        message=message,
        **fields,
    )


def make_disposition(*, conversation: Conversation, name: str = "OK", chosen_at: datetime | None = None) -> Disposition:
    row = Disposition.objects.create(conversation_id=conversation.pk, name=name, chosen_at=chosen_at or timezone.now())
    refresh(conversation)
    return row


def make_opt_out(*, conversation: Conversation, at: datetime | None = None) -> Consent:
    row = Consent.objects.create(
        workspace_id=conversation.workspace_id,
        phone=conversation.lead.phone,
        kind=Consent.Kind.OPTED_OUT,
        at=at or timezone.now(),
        evidence=f"message-{next(_numbers)}",
        conversation_id=conversation.pk,
    )
    refresh(conversation)
    return row


def refresh(conversation: Conversation) -> None:
    with transaction.atomic():
        summary.refresh([conversation.pk])
    conversation.refresh_from_db()


def make_user(*, username: str = "", role: str = AGENT, password: str = "demo", **fields: Any) -> User:
    if not Group.objects.filter(name=role).exists():
        # A test that empties the database between its steps takes the roles with it.
        create_roles(apps)
    username = username or f"person{next(_numbers)}"
    user = User.objects.create_user(username, password=password, **({"first_name": username.capitalize()} | fields))
    user.groups.add(Group.objects.get(name=role))
    return user


def make_team(*, campaigns: tuple[Campaign, ...], members: tuple[User, ...], name: str = "") -> Team:
    team = Team.objects.create(name=name or f"Team {next(_numbers)}")
    team.campaigns.set(campaigns)
    team.members.set(members)
    return team
