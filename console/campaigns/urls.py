from django.urls import URLPattern, URLResolver, include, path

from console.campaigns.views import approvals, board, campaign, leads, lists, switch, templates, uploads

app_name = "campaigns"

one_upload = [
    path("", uploads.list_upload, name="list-upload"),
    path("reading/", uploads.list_upload_read, name="list-upload-read"),
    path("columns/", uploads.list_upload_map, name="list-upload-map"),
    path("check/", uploads.list_upload_check, name="list-upload-check"),
    path("load/", uploads.list_upload_load, name="list-upload-load"),
    path("decision/", uploads.list_upload_decide, name="list-upload-decide"),
    path("removal/", uploads.list_upload_discard, name="list-upload-discard"),
    path("left-out/", uploads.list_upload_left_out, name="list-upload-left-out"),
]

one: list[URLPattern | URLResolver] = [
    path("", campaign.campaign, name="campaign"),
    path("activation/", switch.campaign_activate, name="campaign-activate"),
    path("pause/", switch.campaign_pause, name="campaign-pause"),
    path("approval/", switch.campaign_approval, name="campaign-approval"),
    path("lists/activation/", switch.list_activate, name="list-activate"),
    path("lists/pause/", switch.list_pause, name="list-pause"),
    path("commands/<int:command_id>/decision/", switch.command_decide, name="command-decide"),
    path("templates/", templates.templates, name="templates"),
    path("templates/check/", templates.template_check, name="template-check"),
    path("templates/versions/", templates.version_list, name="versions"),
    path("change-requests/", templates.change_request_propose, name="change-request-propose"),
    path("lists/", lists.lists, name="lists"),
    path("lists/files/", lists.list_upload_create, name="list-upload-create"),
    path("lists/files/<int:upload_id>/", include(one_upload)),
    path("lists/leads/", leads.lead_load, name="lead-load"),
    path("lists/leads/<int:command_id>/", leads.lead_answer, name="lead-answer"),
    path("lists/leads/<int:command_id>/decision/", leads.lead_decide, name="lead-decide"),
]

one_request = [
    path("", approvals.change_request, name="change-request"),
    path("decision/", approvals.change_request_decide, name="change-request-decide"),
    path("withdrawal/", approvals.change_request_withdraw, name="change-request-withdraw"),
]

urlpatterns = [
    path("campaigns/", board.board, name="board"),
    path("campaigns/<int:campaign_id>/", include(one)),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/<int:request_id>/", include(one_request)),
]
