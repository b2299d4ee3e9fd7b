"""How people come in: allauth leads through the steps, this says what counts as a guess and what is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from console.accounts import code_tries
from console.accounts.code_tries import THROTTLED
from console.audit import trail

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

_WAYS = {
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use your authenticator app or a recovery code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}
_BROWSER_COOKIE = "__Host-browser" if settings.IS_SECURE else "browser"
_BROWSER_KNOWN_SECONDS = 90 * 24 * 3600


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        THROTTLED: "Too many tries. Wait a few minutes, then try again.",
        "username_password_mismatch": "That user name and password do not match. Both care about capital letters.",
        "incorrect_password": "That is not your password.",
    }
    _anywhere: ratelimit.RateLimitUsage | None = None

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """A path, or an address of the very origin that the browser is at: neither another host of ours nor http."""
        request: HttpRequest = context.request
        host, is_secure = request.get_host(), request.is_secure()
        if not url_has_allowed_host_and_scheme(url, allowed_hosts={host}, require_https=is_secure):
            return False
        named = urlsplit(url)
        return not (named.scheme or named.netloc) or (named.scheme or request.scheme) == request.scheme

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts this as a failure until it succeeds; refuses at once whoever has too many."""
        super().pre_authenticate(request, **credentials)
        username = credentials["username"]
        # Somebody who spreads guesses over many addresses locks out neither a browser nor a session of the person's.
        if request.user.is_authenticated or is_known_browser(request, username):
            return
        self._anywhere = ratelimit.consume(
            request, app="allauth.account", action="login_failed_anywhere", key=username.casefold()
        )
        if self._anywhere is None:
            raise self.validation_error(THROTTLED)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Not by name alone, as it would be by default: then anybody could keep a person out.
        return f"{ratelimit.get_ip(request)}:{credentials['username'].casefold()}"

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        if self._anywhere:
            self._anywhere.rollback()

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        if request.user.is_authenticated:
            trail.record(by=request.user, action="gave a wrong password")
            return
        # Some type their password into the wrong field: only names that exist are written down.
        known = get_user_model().objects.filter(username=credentials["username"]).exists()
        subject = credentials["username"] if known else "a user name that does not exist"
        trail.record(by=None, action="failed to sign in", subject=subject)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        ways = [str(record.get("type", record["method"])) for record in get_authentication_records(request, user)]
        assert isinstance(user, get_user_model())
        trail.record(by=user, action="signed in", after={"with": ways})

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **about: Any) -> HttpResponse:
        response = super().post_login(request, user, **about)
        assert isinstance(user, get_user_model())
        code_tries.remember_browser(request, response, user)
        return response

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        return [way | {"description": _WAYS[way["id"]]} for way in super().get_reauthentication_methods(user)]

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        messages.error(request, "This account is switched off. Ask an admin.")
        return redirect("accounts:sign-in")

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Pages say themselves what happened; only what went wrong, and what became of a factor, is said besides."""
        if level >= messages.ERROR or (message_template or "").startswith("mfa/"):
            super().add_message(request, level, message_template, *args, **kwargs)


class SignInForm(LoginForm):
    """allauth's, with a field named `username` as everywhere else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, password = self.fields.pop("login"), self.fields["password"]
        name.label = "User name"
        name.widget.attrs = {"autocomplete": "username webauthn", "autocapitalize": "none", "spellcheck": "false"}
        password.help_text = ""
        password.widget.attrs.pop("placeholder", None)
        self.fields = {"username": name, "password": password}
        self.order_fields(["username", "password"])

    def user_credentials(self) -> dict[str, str]:
        return {"username": self.cleaned_data["username"].strip(), "password": self.cleaned_data["password"]}

    def clean(self) -> Any:
        # Where allauth looks for it.
        self.cleaned_data["login"] = self.cleaned_data.get("username", "")
        form: Any = super()
        return form.clean()


def is_known_browser(request: HttpRequest, username: str) -> bool:
    """Whether this very person gave the right password in this browser before."""
    known = request.get_signed_cookie(_BROWSER_COOKIE, None, salt="browser", max_age=_BROWSER_KNOWN_SECONDS)
    return known == username


def remember_browser(response: HttpResponseBase, person: User) -> None:
    response.set_signed_cookie(
        _BROWSER_COOKIE,
        person.get_username(),
        salt="browser",
        max_age=_BROWSER_KNOWN_SECONDS,
        secure=settings.IS_SECURE,
        httponly=True,
        samesite="Lax",
    )
