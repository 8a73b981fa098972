"""How the statuses of records look that are shown under several menus."""

from collections.abc import Mapping

from django.utils.safestring import SafeString

from purveyor.domain.assets.models import Asset
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.queries import name_of_status
from purveyor.faces.backoffice.frame.display import TONES, badge
from purveyor.flows.execution.outcome import delivery_of
from purveyor.flows.reconciliation.lifecycle import Drift

KIND_TONES: Mapping[str, str] = {
    Drift.DUPLICATE: "danger",
    Drift.LIVE: "danger",
    Drift.LOST: "danger",
    Drift.REVOKED: "danger",
    Drift.UNHEARD: "warning",
    Drift.STRANGER: "warning",
    Drift.MISSING: "warning",
    Drift.DIFFERENT: "warning",
    Drift.REAPPEARED: "warning",
    Drift.LINK_GONE: "warning",
    Drift.ACCOUNT_STRANGER: "warning",
    Drift.ACCOUNT_DIFFERENT: "warning",
}


def sync_badge(asset: Asset) -> SafeString:
    """Return the badge of an asset's sync status; its application is fetched."""
    delivery = delivery_of(asset)
    return badge(delivery.status_text, TONES.get(delivery.status.value, ""))


def order_badge(order: Order) -> SafeString:
    """Return what an order's status is called, in the colour of its system type."""
    return badge(name_of_status(order), TONES.get(order.state, ""))


def kind_badge(drift: str) -> SafeString:
    """Return the kind of a difference as a coloured word."""
    return badge(Drift(drift).label, KIND_TONES.get(drift, ""))
