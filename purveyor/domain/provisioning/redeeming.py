"""Where a coupon is redeemed."""

from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.registry import portal_url
from purveyor.kernel.errors import Refused

LINKS = ("https://", "http://")


def portal_of(asset: Asset) -> str:
    """Return the vendor's portal for an asset; empty if none is known."""
    try:
        link = portal_url(asset.application)
    except Refused:
        return ""
    return link if link.startswith(LINKS) else ""
