"""From a record of the street to what can be told of it."""

from collections.abc import Iterable
from datetime import datetime

from purveyor.domain.accounts.models import User
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.events import ASSET, LINK, ORDER, EventName
from purveyor.domain.notifications.news import News
from purveyor.domain.notifications.placeholders import RECORD_URL
from purveyor.domain.notifications.values import (
    load_asset,
    name_at,
    record_url,
    values_of,
    values_of_organization,
)
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.orders.queries import items_of, totals_of
from purveyor.domain.provisioning.models import AccountLink

ITEMS_SHOWN_MAX = 10


def news_of_order(
    *, pk: int, event: EventName, occasion: str, reason: str = ""
) -> News:
    """Return what can be told of an order."""
    related = ("account__parent", "bill_to", "recipient")
    order = Order.objects.select_related(*related).get(pk=pk)
    items = items_of(order)
    totals = totals_of(items=items, currency=order.currency)
    accounts = (order.account_id, order.bill_to_id)
    is_cancelled = order.state == OrderState.CANCELLED

    def values(recipient: str) -> dict[str, str]:
        return {
            "account_name": order.account.name,
            "account_number": order.account.number,
            "recipient_name": name_at(recipient, accounts),
            "order_number": order.number,
            "po_code": order.po_code,
            "order_name": order.name,
            "order_items": _told(item for item in items if not item.is_cancelled),
            "cancelled_items": _told(
                item for item in items if item.is_cancelled or is_cancelled
            ),
            "order_net": str(totals.net),
            "order_total": str(totals.total),
            "bill_to_name": order.bill_to.name,
            "salesperson": _name_of_user(order.created_by),
            "reason": order.cancelled_because or reason,
            RECORD_URL: record_url(ORDER, order.pk),
            **values_of_organization(),
        }

    return News(
        event=event,
        record=ORDER,
        pk=order.pk,
        label=order.number,
        occasion=occasion,
        values=values,
        account=order.account,
        bill_to=order.bill_to,
        order=order,
        applications=frozenset(
            item.product.product_type.application_id for item in items
        ),
        products=frozenset(item.product_id for item in items),
        total=totals.total,
    )


def _told(items: Iterable[OrderItem]) -> str:
    """Return items in a line; of many only the first."""
    told = [str(item) for item in items]
    more = ["…"] if len(told) > ITEMS_SHOWN_MAX else []
    return "; ".join([*told[:ITEMS_SHOWN_MAX], *more])


def news_of_asset(*, pk: int, event: EventName, occasion: str, now: datetime) -> News:
    """Return what can be told of an asset; its coupon code is masked in all of it."""
    return _news_of(load_asset(pk), event=event, occasion=occasion, now=now)


def news_of_delivery(asset: Asset, *, now: datetime) -> News:
    """Return what can be told of the coupon of an asset that was loaded for a mail."""
    event, occasion = EventName.COUPON_DELIVERED, "delivered"
    return _news_of(asset, event=event, occasion=occasion, now=now)


def _news_of(asset: Asset, *, event: EventName, occasion: str, now: datetime) -> News:
    order = asset.order_item.order
    return News(
        event=event,
        record=ASSET,
        pk=asset.pk,
        label=asset.number,
        occasion=occasion,
        values=lambda recipient: values_of(asset, recipient=recipient, now=now),
        account=asset.account,
        bill_to=order.bill_to,
        order=order,
        asset=asset,
        applications=frozenset({asset.application_id}),
        products=frozenset({asset.product_id}),
    )


def news_of_link(*, pk: int, event: EventName, occasion: str) -> News:
    """Return what can be told of an account and its vendor."""
    related = ("account__parent", "account__bill_to", "application")
    link = AccountLink.objects.select_related(*related).get(pk=pk)
    account = link.account

    def values(recipient: str) -> dict[str, str]:
        return {
            "account_name": account.name,
            "account_number": account.number,
            "recipient_name": name_at(recipient, (account.pk,)),
            "vendor_name": link.application.name,
            "reason": link.reason,
            RECORD_URL: record_url("accounts.account", account.pk),
            **values_of_organization(),
        }

    return News(
        event=event,
        record=LINK,
        pk=link.pk,
        label=account.number,
        occasion=occasion,
        values=values,
        account=account,
        applications=frozenset({link.application_id}),
    )


def _name_of_user(email: str) -> str:
    user = User.objects.filter(email=email).only("name", "email").first()
    return user.get_full_name() if user else email
