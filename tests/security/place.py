"""Two teams, each with one of everything that a URL can name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from console.campaigns import approvals, follow
from console.campaigns.models import ChangeRequest, ListUpload
from console.inbox.models import DeskConversation
from engage.mirror.stopping import stop_number
from engage.models import Campaign, Command, Lead, ListLoad, Message, Telling
from tests.console.accounts.steps import give_passkey
from tests.console.campaigns.described import make_described, make_list
from tests.console.campaigns.lists import GOOD_AND_BAD, check, make_upload
from tests.factories import make_conversation, make_message, make_reply, make_team, make_user
from tests.security.urls import every_url

LIST = "May leads"


@dataclass(frozen=True)
class Place:
    """What one team works on, and an agent of it."""

    agent: User
    campaign: Campaign
    lead: Lead
    conversation: DeskConversation
    message: Message
    reply: Command
    activation: Command
    lead_load: Command
    upload: ListUpload
    load: ListLoad
    request: ChangeRequest
    telling: Telling

    def command_of(self, name: str) -> Command:
        """What `command_id` stands for differs by URL."""
        if name.startswith("inbox:"):
            return self.reply
        return self.activation if name == "campaigns:command-decide" else self.lead_load

    def address(self, name: str, **replaced: object) -> str:
        """The URL of that name with everything of this place in it."""
        values = {
            "conversation_id": self.conversation.pk,
            "command_id": self.command_of(name).pk,
            "campaign_id": self.campaign.pk,
            "upload_id": self.upload.pk,
            "request_id": self.request.pk,
            "load_id": self.load.pk,
            "telling_id": self.telling.pk,
            "person_id": self.agent.pk,
            "workspace_id": self.campaign.workspace_id,
            "pk": passkey_of(self.agent),
            "token": self.campaign.workspace.webhook_token.reveal(),
        } | replaced
        pattern = every_url()[name]
        path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(values[match[1]]), pattern)
        return path + self._query_of(name)

    def _query_of(self, name: str) -> str:
        if name == "inbox:message-list":
            return f"?before={self.message.pk}"
        return "?list_name=May%20leads" if name in ("campaigns:list-activate", "campaigns:list-pause") else ""


def make_place(agent: User, name: str) -> Place:
    campaign = make_described(name=f"{name} campaign")
    make_team(campaigns=(campaign,), members=(agent,), name=name)
    make_list(campaign, LIST)
    conversation = make_conversation(campaign=campaign, name=f"{name} lead", text=f"{name} text")
    upload = check(make_upload(campaign=campaign, by=agent, content=GOOD_AND_BAD, name=f"{name} file.csv"))
    follow.settle(campaign)
    texts = {"helpMessage": f"{name} help. Reply STOP to opt out."}
    base = {"helpMessage": campaign.messages["helpMessage"]}
    assert upload.load
    return Place(
        agent=agent,
        campaign=campaign,
        lead=conversation.lead,
        conversation=conversation,
        message=make_message(conversation=conversation, text=f"{name} again"),
        reply=make_reply(conversation=conversation, by=agent, text=f"{name} reply", state=Command.State.UNCONFIRMED),
        activation=_make_command(campaign, agent, Command.Kind.ACTIVATE, target="campaign"),
        lead_load=_make_command(campaign, agent, Command.Kind.LOAD_LEAD, target="lead"),
        upload=upload,
        load=upload.load,
        request=approvals.propose(campaign=campaign, base=base, proposed=texts, comment="", by=agent),
        telling=_make_telling(campaign, agent, name),
    )


def _make_telling(campaign: Campaign, by: User, name: str) -> Telling:
    stopped = make_conversation(campaign=campaign, name=f"{name} stopped", text="Hello")
    row = stop_number(stopped, by=by, reason=f"{name} reason")
    return Telling.objects.create(consent=row, conversation=stopped, state=Telling.State.NEEDS_DECISION)


def _make_command(campaign: Campaign, by: User, kind: Command.Kind, target: str) -> Command:
    return Command.objects.create(
        workspace=campaign.workspace,
        campaign=campaign,
        kind=kind,
        target=target,
        created_by=by,
        expires_at=timezone.now(),
        state=Command.State.UNCONFIRMED,
        due_at=None,
        details={"fields": [{"name": "FirstName", "value": campaign.name}]},
    )


def passkey_of(person: User) -> int:
    found = Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN).first()
    return int(found.pk) if found else give_passkey(person)


def make_places() -> tuple[Place, Place]:
    ours = make_place(make_user(username="ada"), "Ours")
    theirs = make_place(make_user(username="ben"), "Theirs")
    return ours, theirs


def browser_of(person: User | None, *, asks_for_csrf: bool = False) -> Client:
    client = Client(enforce_csrf_checks=asks_for_csrf)
    if person is not None:
        client.force_login(person)
    return client
