"""The second factor: how its secrets rest, who must have one, and what a page says about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from console.accounts.access import send_to
from console.accounts.powers import holds_power
from engage.vault import Secret, reseal, seal, unseal

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

# What the data of an authenticator holds sealed.
_SEALED = ("secret", "seed")
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class MfaAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "That was not right. A code counts once, and for half a minute.",
        "cannot_delete_authenticator": "Your account needs a second factor. Add another before you remove this one.",
    }

    def encrypt(self, text: str) -> str:
        return seal(Secret(text)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text.encode()).reveal()

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": "Engage Console"}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
        return not is_required_of(authenticator.user) or others.exclude(pk=authenticator.pk).exists()


def is_required_of(user: User | AnonymousUser) -> bool:
    return bool(settings.REQUIRE_MFA) and user.is_authenticated and holds_power(user)


def has_one(user: User | AnonymousUser) -> bool:
    return Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()


def reseal_secrets() -> int:
    """Put every secret of an authenticator under the newest key; returns how many. Raises Unreadable."""
    count = 0
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            # A recovery code that is used meanwhile changes the same document.
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            held = [name for name in _SEALED if row and name in row.data]
            if row and held:
                row.data |= {name: reseal(row.data[name].encode()).decode() for name in held}
                row.save(update_fields=["data"])
            count += len(held)
    return count


class SecondFactorMiddleware:
    """Whoever needs a second factor and has none sees the page that adds one, and no other."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if not settings.REQUIRE_MFA or _is_on_the_way(request):
            return None
        if not is_required_of(request.user) or has_one(request.user):
            return None
        return send_to(request, reverse("mfa_index"))


def _is_on_the_way(request: HttpRequest) -> bool:
    """Whether the page asked for is part of adding a factor, or of leaving."""
    name = request.resolver_match.view_name if request.resolver_match else ""
    return name.startswith(("mfa_", "account_", "accounts:"))
