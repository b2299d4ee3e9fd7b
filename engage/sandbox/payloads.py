"""Rows as the documented JSON, field for field in the guides' order."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q

from engage.sandbox.models import Campaign, Lead, LeadList, LeadStatus, Message
from engage.sandbox.options import options
from engage.sandbox.stamps import iso, iso_or_none

Json = dict[str, Any]

WEBHOOK_NAMES = ("deliveryResult", "conversationStarted", "incomingMessage", "disposition", "optOut", "optIn")
NO_EMAILS: Json = {
    "sendConversationEmail": False,
    "conversationEmail": {
        "to": [],
        "cc": [],
        "bcc": [],
        **dict.fromkeys(["from", "replyTo", "subject", "htmlBody", "textBody"]),
    },
}
LEAD_FIELDS = ["Phone", "Zip", "FirstName", "LastName", "Address1", "Address2", "City", "State"]


def campaign_object(campaign: Campaign) -> Json:
    """The Campaign Object of the campaign and list guide."""
    return {
        "events": campaign.events,
        "id": campaign.id,
        "orgId": options().org_id,
        "workspaceId": options().workspace_id,
        "name": campaign.name,
        "shardingHashCode": zlib.crc32(campaign.id.encode()) & 0x7FFFFFFF,
        "created": iso(campaign.created_at),
        "updated": iso(campaign.updated_at),
        "campaignStatus": campaign.status,
        "sendingStatus": campaign.sending_status,
        "sendingStatusDescription": campaign.sending_status_description,
        "nextRunTime": iso_or_none(campaign.next_run_at),
        "senderSourceType": campaign.sender_source_type,
        "senderSourceId": campaign.sender_source_id,
        "aegisWorkflowId": None,
        "carrierDailyLimits": campaign.carrier_daily_limits,
        "schedule": campaign.schedule,
        "messages": campaign.messages,
        "webhooks": dict.fromkeys(WEBHOOK_NAMES) | campaign.webhooks,
        "notifications": campaign.notifications or NO_EMAILS,
        "customFields": [],
        "dispositions": campaign.dispositions,
        "zendeskApprovalTicketId": campaign.approval_ticket,
        "allCampaignFields": LEAD_FIELDS,
    }


def list_object(lead_list: LeadList) -> Json:
    """The Campaign List object; the guide names it and leaves its fields open."""
    return {
        "id": lead_list.id,
        "orgId": options().org_id,
        "workspaceId": options().workspace_id,
        "messagingCampaignId": lead_list.campaign_id,
        "name": lead_list.name,
        "status": lead_list.status,
        "created": iso(lead_list.created_at),
        "updated": iso(lead_list.updated_at),
        **lead_counts(lead_list.id),
    }


def lead_counts(list_id: str) -> dict[str, int]:
    """How far a list has come."""
    return Lead.objects.filter(lead_list_id=list_id).aggregate(
        totalLeads=Count("id"),
        sentLeads=Count("sent_at"),
        deliveredLeads=Count("id", filter=Q(status=LeadStatus.DELIVERED)),
        failedLeads=Count("id", filter=Q(status=LeadStatus.FAILED)),
    )


def conversation_payload(event: str, lead: Lead, messages: Iterable[Message]) -> Json:
    """The payload of the messaging guide, as a webhook and as the conversation endpoint's answer."""
    return {
        "eventType": event,
        "data": {
            "campaign": {"id": lead.campaign_id, "name": lead.campaign.name, "senderSourceType": "CORE_CAMPAIGN"},
            "lead": _lead_object(lead),
            "messages": [_message_object(message, lead) for message in messages],
            "dispositions": lead.campaign.dispositions,
        },
        "endpoints": _endpoints(lead.key),
    }


def _lead_object(lead: Lead) -> Json:
    return {
        "id": lead.id,
        "orgId": options().org_id,
        "workspaceId": options().workspace_id,
        "messagingCampaignId": lead.campaign_id,
        "messagingListId": lead.lead_list_id,
        "status": lead.remote_status,
        "statusMessage": lead.status_message,
        "carrier": lead.carrier,
        "normalizedCarrier": lead.normalized_carrier,
        "phone": lead.phone,
        "fromNumber": lead.from_number,
        "timeZone": lead.time_zone,
        "zip": lead.zip,
        "state": lead.state,
        "lat": lead.lat,
        "lon": lead.lon,
        "leadData": lead.data,
        "created": iso_or_none(lead.loaded_at),
        "sent": iso_or_none(lead.sent_at),
        "result": iso_or_none(lead.result_at),
        "retryAfter": iso_or_none(lead.retry_at),
        "conversationStarted": lead.has_started,
        "disposition": lead.disposition,
        "dispositionTimestamp": iso_or_none(lead.disposition_at),
    }


def _message_object(message: Message, lead: Lead) -> Json:
    return {
        "id": message.id,
        "sender": lead.phone if message.is_from_lead else lead.from_number,
        "direction": message.direction,
        "timestamp": iso(message.at),
        "message": message.text,
    }


def _endpoints(key: str) -> Json:
    origin = options().public_origin
    conversation = f"{origin}/api/public/engage/conversation"
    return {
        "embeddableWidget": f"{origin}/engage?key={key}",
        "conversationEndpoint": f"{conversation}?key={key}",
        "sendMessageEndpoint": f"{conversation}/send?key={key}",
        "dispositionEndpoint": f"{conversation}/disposition?key={key}",
    }
