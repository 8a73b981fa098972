"""An authenticator app: what it shows for a key."""

from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)


def code_of(key: str, *, later: int = 0) -> str:
    """Return what an authenticator app shows now, or so many half minutes later."""
    before, _now, after = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(key, (before + after) // 2 + later))
