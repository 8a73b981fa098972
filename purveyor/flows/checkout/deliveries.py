"""How far the items of an order are delivered, in the words of whoever bought them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.provisioning.registry import vendor_of


class Stage(StrEnum):
    """How far one item is, as its buyer sees it."""

    DONE = "done"  #: the coupon code is there
    MOVING = "moving"  #: it is being made this moment
    WAITING = "waiting"  #: for a day, a person, or an answer
    STOPPED = "stopped"  #: it will not come


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far an item is, and that in words; the same of a whole order."""

    stage: Stage
    words: str


def items_with_assets(items: QuerySet[OrderItem]) -> QuerySet[OrderItem]:
    """Return items in their order, each with the asset that it has become."""
    return items.select_related("asset__application").order_by("position", "id")


def asset_of(item: OrderItem) -> Asset | None:
    """Return what an item has become, as it was read with it; None if nothing yet."""
    return getattr(item, "asset", None)


def delivery_of(item: OrderItem, order: Order, *, today: date) -> Delivery:
    """Return how far an item of an order is; its asset is fetched with it."""
    asset = asset_of(item)
    if asset is not None:
        return _of_asset(asset, today)
    if item.is_cancelled or order.state == OrderState.CANCELLED:
        return Delivery(Stage.STOPPED, _("Cancelled"))
    if order.state == OrderState.AWAITING_APPROVAL:
        return Delivery(Stage.WAITING, _("Waiting for approval"))
    return Delivery(Stage.WAITING, _("Not started yet"))


def delivery_status(deliveries: Sequence[Delivery]) -> Delivery:
    """
    Return how far an order is, from its items.

    Shape:   at least one delivery; what is cancelled of it is left aside.
    Units:   items, whatever their quantity.
    Errors:  none.
    Source:  docs/howto/find-orders-and-invoices.md
    """
    living = [each for each in deliveries if each.stage != Stage.STOPPED]
    told = living or deliveries
    if len({each.words for each in told}) == 1:
        return told[0]
    done = sum(each.stage == Stage.DONE for each in told)
    facts = {"done": done, "all": len(told)}
    is_moving = any(each.stage == Stage.MOVING for each in told)
    stage = Stage.MOVING if is_moving else Stage.WAITING
    return Delivery(stage, _("%(done)s of %(all)s delivered") % facts)


def _of_asset(asset: Asset, today: date) -> Delivery:
    stage, words = _told(asset, today)
    vendor = vendor_of(asset.application)
    day = date_format(asset.start_date)
    return Delivery(stage, words % {"vendor": vendor, "day": day})


def _told(asset: Asset, today: date) -> tuple[Stage, str]:
    if asset.state == AssetState.CANCELLED:
        return Stage.STOPPED, _("Cancelled")
    match asset.sync_status:
        case SyncStatus.SYNCHRONIZED:
            return Stage.DONE, _("Delivered")
        case SyncStatus.UNCLEAR:
            return Stage.WAITING, _("Being checked with %(vendor)s")
        case SyncStatus.FAILED:
            words = _("%(vendor)s has not made it yet. Our staff look after it")
            return Stage.WAITING, words
    if asset.start_date > today:
        return Stage.WAITING, _("Starts on %(day)s")
    return Stage.MOVING, _("%(vendor)s is making the coupon")
