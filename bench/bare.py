"""The console with one more address, whose view is the least that a webhook view can be.

Server, middleware, database and table are the same; the body goes into the ledger, whoever sent it.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from console.wsgi import application
from engage.models import Delivery

__all__ = ["application", "urlpatterns"]


@csrf_exempt
def insert(request: HttpRequest, workspace_id: int) -> HttpResponse:
    Delivery.objects.create(workspace_id=workspace_id, body=request.body)
    return HttpResponse(status=204)


# The console behind it: nothing is found sooner than this.
urlpatterns = [path("bare/<int:workspace_id>/", insert), path("", include("console.urls"))]
settings.ROOT_URLCONF = __name__
