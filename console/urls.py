from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

from console.accounts.views import sign_out


class Icon(RedirectView):
    """Browsers ask for it wherever a page names no icon, as in the admin."""

    def get_redirect_url(self, *args: object, **kwargs: object) -> str:
        return static("icon.svg")


urlpatterns = [
    path("", include("console.inbox.urls")),
    path("", include("console.accounts.urls")),
    path("", include("console.accounts.security_urls")),
    path("", include("console.campaigns.urls")),
    path("", include("console.operations.urls")),
    path("live/", include("console.live.urls")),
    path("hooks/engage/", include("engage.webhooks.urls")),
    # Its sign-in and passwords are ours too: console/accounts/admin.py.
    path("admin/logout/", sign_out),
    path("admin/", admin.site.urls),
    path("favicon.ico", Icon.as_view()),
]

handler400 = "console.operations.refusals.host_refused"
handler403 = "console.errors.permission_denied"
handler404 = "console.errors.not_found"
handler500 = "console.errors.server_error"
