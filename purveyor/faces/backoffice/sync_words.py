"""How an asset's Provisioning Sync Status is said: with the vendor's name."""

from django.utils.safestring import SafeString

from purveyor.domain.assets.models import Asset
from purveyor.faces.backoffice.display import TONES, badge
from purveyor.flows.execution.outcome import delivery_of


def sync_badge(asset: Asset) -> SafeString:
    """Return the badge of an asset's sync status; its application is fetched."""
    delivery = delivery_of(asset)
    return badge(delivery.status_text, TONES.get(delivery.status.value, ""))
