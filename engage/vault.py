"""Secrets: how they are held in memory, and how they rest in the database.

The key ring is ours alone (`ENGAGE_KEY_RING`, newest key first). It is never derived from SECRET_KEY, so that
renewing one never loses the other.
"""

from __future__ import annotations

import base64
import hashlib
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """No key of the ring opens this value: a key was removed before `rotate_keys` ran."""


class Secret:
    """A string that prints as `***` everywhere: logs, reprs, error pages, templates. `reveal()` gives it out."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        # Copyable, so that Django may clone a row; a pickle of a secret is still a secret.
        return (Secret, (self._value,))


@lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(secret: Secret) -> bytes:
    """Encrypt under the newest key; an empty secret rests as empty bytes."""
    return _ring(tuple(settings.ENGAGE_KEY_RING)).encrypt(secret.reveal().encode()) if secret else b""


def unseal(sealed: bytes | memoryview) -> Secret:
    """Decrypt under any key of the ring; raises Unreadable."""
    if not sealed:
        return Secret("")
    try:
        return Secret(_ring(tuple(settings.ENGAGE_KEY_RING)).decrypt(bytes(sealed)).decode())
    except InvalidToken as error:
        raise Unreadable("no key of ENGAGE_KEY_RING opens this value") from error


def reseal(sealed: bytes | memoryview) -> bytes:
    """The same secret under the newest key; raises Unreadable."""
    return seal(unseal(sealed))


# No text in UTF-8 begins with this byte, so what was stored before it was sealed is told apart.
_SEALED_BYTES = b"\x81"
_NAME, _NONCE = 4, 12


@lru_cache(maxsize=4)
def _bulk_ring(keys: tuple[str, ...]) -> dict[bytes, AESGCM]:
    """Ciphers derived from the ring's keys, newest first, each under a short name."""
    ring: dict[bytes, AESGCM] = {}
    for key in keys:
        derived = HKDF(SHA256(), 32, salt=None, info=b"engage: sealed bytes").derive(base64.urlsafe_b64decode(key))
        ring.setdefault(hashlib.sha256(derived).digest()[:_NAME], AESGCM(derived))
    return ring


def seal_bytes(plain: bytes) -> bytes:
    """Encrypt what is large and often under the newest key: AES-GCM, thirty times as fast as `seal`."""
    name, cipher = next(iter(_bulk_ring(tuple(settings.ENGAGE_KEY_RING)).items()))
    nonce = os.urandom(_NONCE)
    return _SEALED_BYTES + name + nonce + cipher.encrypt(nonce, plain, None)


def is_sealed(stored: bytes) -> bool:
    """Whether it still is as `seal_bytes` left it."""
    return stored.startswith(_SEALED_BYTES)


def unseal_bytes(stored: bytes) -> bytes:
    """Decrypt under whichever key of the ring it names; what is not sealed is returned as it is. Raises Unreadable."""
    if not is_sealed(stored):
        return stored
    name, rest = stored[1 : 1 + _NAME], stored[1 + _NAME :]
    cipher = _bulk_ring(tuple(settings.ENGAGE_KEY_RING)).get(name)
    try:
        if cipher is not None:
            return cipher.decrypt(rest[:_NONCE], rest[_NONCE:], None)
    except (InvalidTag, ValueError) as error:
        raise Unreadable("it was changed where it rests") from error
    raise Unreadable("no key of ENGAGE_KEY_RING opens this value")


def fingerprint(secret: Secret) -> str:
    """A stable, one-way name (64 hex digits) to look a high-entropy secret up by."""
    return hashlib.sha256(secret.reveal().encode()).hexdigest()
