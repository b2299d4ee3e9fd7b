"""Refusals as JSON."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, JsonResponse


def refuse(status: int, message: str) -> JsonResponse:
    return JsonResponse({"status": status, "error": HTTPStatus(status).phrase, "message": message}, status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    return refuse(404, f"Nothing at {request.path}")
