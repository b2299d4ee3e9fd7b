from django.urls import include, path

from console.campaigns.views import board, campaign

app_name = "campaigns"

one = [
    path("", campaign.campaign, name="campaign"),
]

urlpatterns = [
    path("campaigns/", board.board, name="board"),
    path("campaigns/<int:campaign_id>/", include(one)),
]
