"""The least that a webhook view can be: the body goes into the ledger, whoever sent it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from console.urls import urlpatterns as console_urlpatterns
from engage.models import Delivery


@csrf_exempt
def insert(request: HttpRequest, workspace_id: int) -> HttpResponse:
    Delivery.objects.create(workspace_id=workspace_id, body=request.body)
    return HttpResponse(status=204)


urlpatterns = [*console_urlpatterns, path("bare/<int:workspace_id>/", insert)]
