"""Signing in as a person would, step by step, and the codes their authenticator app would show."""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

from tests.factories import make_user
from tests.html import parse

PASSWORD = "open sesame"


def sign_in(client: Client, name: str, password: str = PASSWORD, **extra: Any) -> HttpResponse:
    return client.post("/sign-in/", {"username": name, "password": password}, **extra)


def sign_in_ada(**fields: Any) -> Client:
    make_user(username="ada", password=PASSWORD, **fields)
    client = Client()
    sign_in(client, "ada")
    return client


def confirm(client: Client, password: str = PASSWORD) -> None:
    """Password once more, so that what is sensitive opens for five minutes."""
    assert client.post("/security/confirmation/", {"password": password}).status_code == 302


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def give_app(user: User) -> str:
    """An authenticator app for this person; returns the secret that the two share."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def give_passkey(user: User) -> int:
    """As a browser would have made it; the key behind it is thrown away."""
    secret = ec.generate_private_key(ec.SECP256R1())
    credential_id = secrets.token_bytes(16)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    attested = AttestedCredentialData.create(
        Aaguid.NONE, credential_id, ES256.from_cryptography_key(secret.public_key())
    )
    data = AuthenticatorData.create(hashlib.sha256(b"testserver").digest(), flags, 0, attested)
    client_data = b'{"type": "webauthn.create", "challenge": "", "origin": "https://testserver"}'
    credential = {
        "id": websafe_encode(credential_id),
        "rawId": websafe_encode(credential_id),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(client_data),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        },
    }
    kind = Authenticator.Type.WEBAUTHN
    row = Authenticator.objects.create(user=user, type=kind, data={"name": "Passkey", "credential": credential})
    return int(row.pk)


def give_recovery_codes(user: User) -> list[str]:
    return RecoveryCodes.activate(user).get_unused_codes()


def add_app(client: Client) -> str:
    """By the pages; returns the secret as the page shows it for typing."""
    secret = parse(client.get("/security/app/").content).one("code", class_="key").text
    assert client.post("/security/app/", {"code": code_for(secret)}).status_code == 302
    return secret


def types_of(user: User) -> set[str]:
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
