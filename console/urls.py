from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("console.inbox.urls")),
    path("", include("console.accounts.urls")),
    path("", include("console.campaigns.urls")),
    path("live/", include("console.live.urls")),
    path("hooks/engage/", include("engage.webhooks.urls")),
    path("admin/", admin.site.urls),
]
