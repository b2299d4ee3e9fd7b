"""The one POST of each kind of command, and what its answer says of the command."""

from __future__ import annotations

from dataclasses import replace

from engage.api import wire
from engage.api.client import Accepted, EngageClient
from engage.models import Campaign, Command
from engage.models.status_words import is_at_rest, is_sending
from engage.outbox.campaigns import loads
from engage.outbox.posting import Answer

UNKNOWN_THERE = "Engage answers that it does not know this campaign."

Said = wire.Campaign | wire.CampaignList | wire.LeadLoadResult | Accepted


def call(command: Command, campaign: Campaign, client: EngageClient) -> Said:
    """Post it, once. Raises the errors of engage.api."""
    remote_id, name = campaign.remote_id, command.list_name
    match Command.Kind(command.kind):
        case Command.Kind.ACTIVATE:
            return client.activate_campaign(remote_id)
        case Command.Kind.PAUSE:
            return client.pause_campaign(remote_id)
        case Command.Kind.LIST_ACTIVATE:
            return client.activate_list(remote_id, name)
        case Command.Kind.LIST_PAUSE:
            return client.pause_list(remote_id, name)
        case Command.Kind.MESSAGES:
            return client.update_messages(remote_id, wire.CampaignMessages.model_validate(command.details["messages"]))
        case Command.Kind.LOAD_LIST:
            return loads.upload(command, client)
        case Command.Kind.LOAD_LEAD:
            return client.load_lead(
                remote_id, list_name=name, de_dupe=command.details["de_dupe"], fields=loads.lead_fields(command)
            )
        case kind:
            raise ValueError(f"{kind} is not about a campaign")


def status_said(command: Command, campaign: Campaign, said: Said | None) -> str:
    """The status of the very thing the command is about; empty when the answer does not say."""
    match said:
        case wire.Campaign() if command.kind not in Command.OF_LISTS and said.id == campaign.remote_id:
            return said.campaign_status or ""
        case wire.CampaignList() if command.kind in Command.OF_LISTS and said.name in (None, command.list_name):
            return said.status or ""
    return ""


def is_as_wanted(command: Command, status: str) -> bool:
    """No word, and one that nobody knows, say neither that texts go out nor that none do."""
    return is_sending(status) if command.kind in Command.ACTIVATIONS else is_at_rest(status)


def explain(answer: Answer, command: Command, *, is_posted: bool = False) -> Answer:
    """The words of a refusal, which for a campaign is never about a conversation's link."""
    if not answer.is_link_refused:
        return answer
    if answer.status in (401, 403):
        reason = f"Engage refuses our API key ({answer.status})."
    elif command.kind in Command.OF_LISTS:
        reason = "Engage answers that it knows no list of exactly this name in this campaign."
    else:
        reason = UNKNOWN_THERE
    # Whether leads were loaded nobody can look up: those are not posted again by a machine.
    is_final = is_posted and command.kind in Command.LOADS
    return replace(answer, reason=reason, is_link_refused=False, is_final=is_final)
