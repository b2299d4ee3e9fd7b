from django.urls import path

from engage.sandbox.views import (
    campaign_controls,
    campaigns,
    control,
    conversations,
    dialect_control,
    loads,
    pages,
    time_controls,
    widget,
)

API = "api/public/engage"
CAMPAIGN = f"{API}/campaigns/<str:campaign_id>"

urlpatterns = [
    path(f"{API}/campaigns", campaigns.campaign_list),
    path(CAMPAIGN, campaigns.campaign),
    path(f"{CAMPAIGN}/messages", campaigns.campaign_messages),
    path(f"{CAMPAIGN}/activate", campaigns.campaign_activate),
    path(f"{CAMPAIGN}/pause", campaigns.campaign_pause),
    path(f"{CAMPAIGN}/lists/activate", campaigns.list_activate),
    path(f"{CAMPAIGN}/lists/pause", campaigns.list_pause),
    path(f"{API}/list/load", loads.list_load),
    path(f"{API}/lead/load", loads.lead_load),
    path(f"{API}/conversation", conversations.conversation),
    path(f"{API}/conversation/send", conversations.conversation_send),
    path(f"{API}/conversation/disposition", conversations.conversation_disposition),
    path("engage", widget.widget, name="widget"),
    path("", pages.home),
    path("sandbox/", pages.index, name="index"),
    path("sandbox/phone/<str:lead_id>/", pages.phone, name="phone"),
    path("sandbox/healthz", control.healthz),
    path("sandbox/leads", control.leads, name="leads"),
    path("sandbox/leads/<str:lead_id>/say", control.lead_say, name="lead-say"),
    path("sandbox/messages", control.messages),
    path("sandbox/ledger", control.ledger_entries, name="ledger"),
    path("sandbox/requests", control.requests_received, name="requests"),
    path("sandbox/faults", control.fault_setting, name="faults"),
    path("sandbox/dialect", dialect_control.dialect, name="dialect"),
    path("sandbox/pace", time_controls.pace, name="pace"),
    path("sandbox/broadcast", time_controls.broadcast, name="broadcast"),
    path("sandbox/clock", time_controls.clock, name="clock"),
    path("sandbox/approval", campaign_controls.approval),
    path("sandbox/lists", campaign_controls.lists),
    path("sandbox/reset", control.reset, name="reset"),
    path("sandbox/webhook-url", control.webhook_url, name="webhook-url"),
    path("sandbox/campaigns/<str:campaign_id>/approve", campaign_controls.campaign_approve, name="campaign-approve"),
    path("sandbox/campaigns/<str:campaign_id>/reject", campaign_controls.campaign_reject, name="campaign-reject"),
    path("sandbox/campaigns/<str:campaign_id>/settings", campaign_controls.campaign_settings),
]

handler404 = "engage.sandbox.views.errors.not_found"
