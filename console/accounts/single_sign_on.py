"""Single sign-on: people prove who they are elsewhere. Who may come in, and as what, is decided here."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from console.accounts.roles import AGENT
from console.audit import trail

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)


class SsoAdapter(DefaultSocialAccountAdapter):
    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Whoever came this way before is known by the id over there; the first time, by what the claims say."""
        if sociallogin.state.get("process") != "login":
            # Tying a second way in to an account is an admin's matter, not that of an unlocked desk.
            raise _refusal(request, "Sign out first, then sign in this way.")
        if sociallogin.is_existing:
            return
        claims = _claims(sociallogin)
        person = _find_person(claims)
        if person:
            sociallogin.connect(request, person)
            trail.record(by=person, action="signed in from elsewhere for the first time", subject=str(claims["sub"]))
        elif not settings.OIDC_SIGN_UP or _is_taken(claims):
            logger.warning("Single sign-on of somebody whom no account here matches")
            raise _refusal(request, "No account here is yours yet. Ask an admin to make one.")

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return bool(settings.OIDC_SIGN_UP)

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Somebody new is an agent; more than that is for an admin to give, not for a claim."""
        user: User = super().save_user(request, sociallogin, form)
        user.groups.add(Group.objects.get(name=AGENT))
        trail.record(by=user, action="made an account by signing in", subject=user.get_username())
        return user

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        logger.warning("Single sign-on failed: %s", exception or error)


class SignedClaimsAdapter(OpenIDConnectOAuth2Adapter):
    """Checks the signature of the claims also where the standard lets one trust the line they came by."""

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        try:
            claims = self._decode_id_token(app, kwargs["response"]["id_token"])
            details = self._fetch_user_info(token.token) if "userinfo_endpoint" in self.openid_config else claims
            if details["sub"] != claims["sub"]:
                raise OAuth2Error("userinfo speaks of somebody else than the id token")
        except (KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("the answer is not one of OpenID Connect") from error
        both = {"userinfo": details, "id_token": claims}
        provider: Any = self.get_provider()  # type: ignore[no-untyped-call]  # a base class of allauth's says no types
        login: SocialLogin = provider.sociallogin_from_response(request, both)
        return login

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        return jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )


@require_GET
@never_cache
def start(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    return _run(OAuth2LoginView, request, provider_id)


@require_GET
@never_cache
def callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    return _run(OAuth2CallbackView, request, provider_id)


@require_GET
def cancelled(request: HttpRequest) -> HttpResponseBase:
    messages.error(request, "You did not sign in there. Try again, or use your password.")
    return redirect("accounts:sign-in")


def _run(view: type[Any], request: HttpRequest, provider_id: str) -> HttpResponseBase:
    try:
        response: HttpResponseBase = view.adapter_view(SignedClaimsAdapter(request, provider_id))(request)
        return response
    except SocialApp.DoesNotExist:
        raise Http404 from None


def _claims(sociallogin: SocialLogin) -> dict[str, Any]:
    claims: dict[str, Any] = sociallogin.account.extra_data["userinfo"]
    return claims


def _find_person(claims: dict[str, Any]) -> User | None:
    """The one active person whom the claims name: by an e-mail address verified over there, or by user name."""
    people = get_user_model().objects.filter(is_active=True)
    if settings.OIDC_MATCH == "username":
        return people.filter(username=claims.get("preferred_username") or "").first()
    # Some say it as a word.
    if not claims.get("email") or claims.get("email_verified") not in (True, "true"):
        return None
    found = list(people.filter(email__iexact=claims["email"])[:2])
    return found[0] if len(found) == 1 else None


def _is_taken(claims: dict[str, Any]) -> bool:
    """Whether an account bears the name or the address, one switched off included: it is not made anew."""
    same = Q(username__iexact=claims.get("preferred_username") or "")
    if claims.get("email"):
        same |= Q(email__iexact=claims["email"])
    return get_user_model().objects.filter(same).exists()


def _refusal(request: HttpRequest, words: str) -> ImmediateHttpResponse:
    messages.error(request, words)
    return ImmediateHttpResponse(redirect("accounts:sign-in"))
