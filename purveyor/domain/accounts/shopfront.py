"""How the distributor shows itself in the Storefront."""

from dataclasses import dataclass
from hashlib import sha256

from purveyor.domain.accounts.models import Organization

VERSION_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Shopfront:
    """
    The distributor as its buyers see it.

    `version` changes with everything that browsers may keep: the colours and the logo.
    """

    name: str
    website: str
    is_open: bool
    takes_registrations: bool
    color: str
    header_color: str
    welcome: str
    terms: tuple[str, ...]
    support_email: str
    support_phone: str
    has_logo: bool
    version: str


def find_shopfront() -> Shopfront | None:
    """Return how the distributor shows itself; None before its profile is filled in."""
    profile = Organization.objects.first()
    if profile is None:
        return None
    logo = bytes(profile.logo or b"")
    kept = (profile.shop_color.encode(), profile.shop_header_color.encode(), logo)
    return Shopfront(
        name=profile.name,
        website=profile.website,
        is_open=profile.is_shop_open,
        takes_registrations=profile.takes_registrations,
        color=profile.shop_color,
        header_color=profile.shop_header_color,
        welcome=profile.shop_welcome,
        terms=_paragraphs(profile.terms),
        support_email=profile.support_email or profile.email,
        support_phone=profile.support_phone or profile.phone,
        has_logo=bool(logo),
        version=sha256(b"\0".join(kept)).hexdigest()[:VERSION_LENGTH],
    )


def find_logo() -> bytes | None:
    """Return the distributor's logo, if there is one."""
    logo = Organization.objects.values_list("logo", flat=True).first()
    return bytes(logo) if logo else None


def _paragraphs(text: str) -> tuple[str, ...]:
    parts = text.replace("\r\n", "\n").split("\n\n")
    return tuple(part.strip() for part in parts if part.strip())
