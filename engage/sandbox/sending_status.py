"""What a campaign says of its sending: `sendingStatus`, `sendingStatusDescription` and `nextRunTime`."""

from __future__ import annotations

from dataclasses import dataclass

from engage.sandbox.database import writing
from engage.sandbox.limits import Tally, day_of
from engage.sandbox.models import Campaign, CampaignStatus, SendingStatus
from engage.sandbox.waiting import Waiting


@dataclass(frozen=True)
class State:
    status: str = SendingStatus.IDLE
    description: str | None = None
    next_run_at: int | None = None

    @classmethod
    def stored(cls, campaign: Campaign) -> State:
        return cls(campaign.sending_status, campaign.sending_status_description, campaign.next_run_at)


IDLE = State()
SENDING = State(SendingStatus.SENDING)
NO_LIST = State(description="No list is active")
ALL_SENT = State(description="Every lead of the active lists has been sent to")


def state_of(campaign_id: str, waiting: Waiting, tally: Tally, now: int) -> State:
    """Of an active campaign, while broadcasting is switched on."""
    if campaign_id not in waiting.with_active_list:
        return NO_LIST
    groups, retries = waiting.groups_of(campaign_id), waiting.retries_of(campaign_id)
    if not groups and not retries:
        return ALL_SENT
    full = {group.carrier for group in groups if tally.is_reached(campaign_id, group.carrier, now)}
    tomorrow = day_of(now)[1]
    runs = {group.gate.opens_later(tomorrow) if group.carrier in full else group.gate.opens_at(now) for group in groups}
    for zone, at in retries.items():
        gate = waiting.gate(campaign_id, zone)
        runs.add(gate.opens_later(at) if at > now else gate.opens_at(now))
    known = [run for run in runs if run is not None]
    if now in known:
        return SENDING
    return State(description=_reason(full, has_fresh=bool(groups)), next_run_at=min(known, default=None))


def publish(campaign_id: str, state: State) -> Campaign | None:
    """The campaign as it is now; None when it is not active any more, and says nothing of this."""
    with writing():
        campaign = Campaign.objects.filter(id=campaign_id, status=CampaignStatus.ACTIVE).first()
        if campaign and State.stored(campaign) != state:
            campaign.sending_status = state.status
            campaign.sending_status_description = state.description
            campaign.next_run_at = state.next_run_at
            campaign.save_changed()
        return campaign


def _reason(full: set[str], *, has_fresh: bool) -> str:
    if full:
        return f"Daily limit reached: {', '.join(sorted(full))}"
    return "Outside the sending hours" if has_fresh else "Waiting to try busy carriers again"
