"""
Values kept encrypted: coupon codes and vendor credentials.

A key ring of its own (`PURVEYOR_SEAL_KEYS`, newest first) seals with its first key and
opens with any. What is sealed is searched through a keyed hash, its *fingerprint*;
while keys are being rotated, look for all `fingerprints`.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
TAIL_SHOWN = 4
HIDDEN = "••••"


class Secret:
    """A value that must not be printed. `reveal()` is the only way to read it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value in clear."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(••••)"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> tuple[object, ...]:
        message = "A secret is not pickled."
        raise TypeError(message)


def seal(value: str) -> str:
    """Return a value sealed with the newest key."""
    return _ring(_keys()).encrypt(value.encode()).decode()


def open_sealed(token: str) -> Secret:
    """
    Return what was sealed.

    :raises ImproperlyConfigured: if no key of the ring opens it.
    """
    try:
        return Secret(_ring(_keys()).decrypt(token.encode()).decode())
    except InvalidToken as error:
        message = (
            "A sealed value cannot be opened: no key of PURVEYOR_SEAL_KEYS fits. "
            "Put back the key it was sealed with."
        )
        raise ImproperlyConfigured(message) from error


def fingerprint(value: str) -> str:
    """Return the keyed hash of a value under the newest key."""
    return _fingerprint(_keys()[0], value)


def fingerprints(value: str) -> list[str]:
    """Return the keyed hashes of a value under every key of the ring, newest first."""
    return [_fingerprint(key, value) for key in _keys()]


def mask(value: str) -> str:
    """Return a value with all but its end hidden; short values are hidden whole."""
    tail = value[-TAIL_SHOWN:] if len(value) > 2 * TAIL_SHOWN else ""
    return f"{HIDDEN} {tail}".strip()


def new_key() -> str:
    """Return a fresh key for the ring."""
    return Fernet.generate_key().decode()


def checked_keys(keys: Iterable[str]) -> tuple[str, ...]:
    """
    Return a key ring if it can be used.

    :raises ImproperlyConfigured: if it is empty or holds what is no key.
    """
    ring = tuple(key.strip() for key in keys if key.strip())
    if not ring or not all(_is_key(key) for key in ring):
        message = (
            "PURVEYOR_SEAL_KEYS must hold one or more keys of 32 random bytes in "
            "URL-safe base64, newest first. Make one with `purveyor new-key`."
        )
        raise ImproperlyConfigured(message)
    return ring


def _is_key(key: str) -> bool:
    try:
        raw = base64.urlsafe_b64decode(key.encode())
    except ValueError:
        return False
    return len(raw) == KEY_BYTES and len(set(raw)) > KEY_BYTES // 4


def _keys() -> tuple[str, ...]:
    return tuple(settings.PURVEYOR_SEAL_KEYS)


@lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


@lru_cache(maxsize=8)
def _hash_key(key: str) -> bytes:
    return hmac.digest(base64.urlsafe_b64decode(key), b"fingerprint", hashlib.sha256)


def _fingerprint(key: str, value: str) -> str:
    return hmac.new(_hash_key(key), value.encode(), hashlib.sha256).hexdigest()
