"""D: lead lists."""

from __future__ import annotations

from engage.sandbox.dialects.answering import declare_receipts
from engage.sandbox.dialects.catalogue import Part, Phase, Said, dialect

_LIST = Part.LEAD_LIST

declare_receipts("lists-answer", "D1", Part.LIST_RECEIPT, "activation or pause of a list is answered with")


@dialect("lists-without-campaign", "D2", "a list does not name its campaign", _LIST, aspect="lists")
def _leave_out_campaign(said: Said) -> None:
    said.document.pop("messagingCampaignId", None)


@dialect("lists-wrapped", "D2", "a list comes as {eventType, data}", _LIST, aspect="lists", phase=Phase.ARRAYS)
def _wrap_list(said: Said) -> None:
    said.document = {"eventType": "MessagingListStatus", "data": said.document}


@dialect("campaigns-wrapped", "D2", "a campaign's event comes as {eventType, data}", Part.CAMPAIGN,
         phase=Phase.ARRAYS)  # fmt: skip
def _wrap_campaign(said: Said) -> None:
    if said.event:
        said.document = {"eventType": "MessagingCampaignStatus", "data": said.document}


# Never mixed: a workspace tells of its lists or it does not.
@dialect("lists-untold", "D3", "no event tells of a list", _LIST, aspect="lists", is_mixable=False)
def _tell_nothing(said: Said) -> None:
    said.is_told = not said.event
