"""Where a lead list belongs that does not name its campaign, and lists that only leads name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engage.mirror.merged import Merged
from engage.mirror.observations import ConversationObservation, LeadListObservation
from engage.models import Change, Command, Lead, LeadList, Trouble


def find_campaign(workspace_id: int, said: LeadListObservation, leads: Sequence[ConversationObservation] = ()) -> str:
    """Remote id of its campaign: by the list's id, by a lead in it, by a name that one campaign alone has.

    `leads`: what the same batch says of leads, which no row holds yet. Empty, and noted, where nothing leads to one.
    """
    list_id, name = said.lead_list.id, said.lead_list.name
    lists = LeadList.objects.filter(campaign__workspace_id=workspace_id)
    found: set[str] = set()
    if list_id:
        found = set(lists.filter(remote_id=list_id).values_list("campaign__remote_id", flat=True)[:2])
        found = found or {
            said.payload.data.campaign.id
            for said in leads
            if said.lead.messaging_list_id == list_id and not said.names_no_campaign
        }
        of_leads = Lead.objects.filter(workspace_id=workspace_id, remote_list_id=list_id)
        found = found or set(of_leads.values_list("campaign__remote_id", flat=True)[:2])
    if not found and name:
        found = set(lists.filter(name=name).values_list("campaign__remote_id", flat=True)[:2])
        open_ones = Command.objects.filter(
            campaign__workspace_id=workspace_id, text=name, kind__in=Command.OF_LISTS
        ).unsettled()
        found = found or set(open_ones.values_list("campaign__remote_id", flat=True)[:2])
    about = f"lead list {list_id or 'without an id'}"
    if len(found) == 1:
        Trouble.end(workspace_id, about)
        return found.pop()
    Trouble.note(workspace_id, about, "told of without its campaign, and nothing leads to one: it is not shown")
    return ""


def learn_lists(merged: Iterable[Merged]) -> None:
    """Rows for lists that leads are in and nobody has told of; until then their id is all that is known."""
    named = {
        (item.conversation.campaign_id, said.lead.messaging_list_id)
        for item in merged
        if item.has_told_lead
        for said in item.observations
        if said.lead.messaging_list_id
    }
    if not named:
        return
    known = set(
        LeadList.objects.filter(campaign_id__in={campaign_id for campaign_id, _ in named}).values_list(
            "campaign_id", "remote_id"
        )
    )
    missing = sorted(named - known)
    # Two workers may learn of one at once; the constraint keeps one row of it.
    LeadList.objects.bulk_create(
        [LeadList(campaign_id=campaign_id, remote_id=remote_id) for campaign_id, remote_id in missing],
        ignore_conflicts=True,
    )
    if missing:
        Change.record_campaigns(sorted({campaign_id for campaign_id, _ in missing}))


def campaign_inside(said: LeadListObservation) -> str:
    """Where the list holds the object of its campaign in place of an id."""
    inside = (said.lead_list.model_extra or {}).get("campaign") or (said.lead_list.model_extra or {}).get(
        "messagingCampaign"
    )
    remote_id = inside.get("id") if isinstance(inside, dict) else inside
    return str(remote_id) if isinstance(remote_id, str | int) and not isinstance(remote_id, bool) else ""
