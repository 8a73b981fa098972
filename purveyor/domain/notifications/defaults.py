"""The notifications that come with the product, and the texts they begin with."""

from typing import Any, Protocol

from purveyor.domain.notifications.events import Audience, EventName
from purveyor.domain.notifications.reminder import REMINDER, reminder_texts
from purveyor.domain.notifications.rendering import Texts
from purveyor.domain.notifications.starters import starters_of
from purveyor.domain.notifications.welcome import WELCOME, welcome_texts

E = EventName
INTERNAL, CUSTOMER = Audience.INTERNAL, Audience.CUSTOMER
ON, OFF = True, False


class Rule(Protocol):
    """What is asked of a notification for which texts are wanted."""

    name: str
    event: str

    @property
    def is_internal(self) -> bool:
        """Whether only our own people read it."""


def _rule(
    event: EventName, audience: Audience, *to: str, is_enabled: bool
) -> dict[str, Any]:
    return {
        "event": event,
        "audience": audience,
        "to": list(to),
        "is_enabled": is_enabled,
    }


#: By name. What would surprise a distributor, or its customers, is switched off.
NOTIFICATIONS: dict[str, dict[str, Any]] = {
    WELCOME: _rule(E.COUPON_DELIVERED, CUSTOMER, is_enabled=ON),
    REMINDER: _rule(E.ASSET_EXPIRING, CUSTOMER, is_enabled=ON),
    "New findings of a reconciliation": _rule(
        E.FINDINGS_NEW, INTERNAL, "MAILBOX", is_enabled=ON
    ),
    "Asset failed": _rule(E.ASSET_FAILED, INTERNAL, "STAFF:Operations", is_enabled=ON),
    "Account could not be synchronized": _rule(
        E.ACCOUNT_FAILED, INTERNAL, "STAFF:Operations", is_enabled=ON
    ),
    "Order waits for approval": _rule(
        E.ORDER_WAITING, INTERNAL, "STAFF:Billing", is_enabled=ON
    ),
    "Order waits for its reseller": _rule(
        E.ORDER_ASKS_RESELLER, CUSTOMER, "RESELLER", is_enabled=ON
    ),
    "Order rejected": _rule(E.ORDER_REJECTED, CUSTOMER, "BUYER", is_enabled=ON),
    "Coupon code expires: who sold it": _rule(
        E.ASSET_EXPIRING, INTERNAL, "SALESPERSON", is_enabled=OFF
    ),
    "Asset ready: who sold it": _rule(
        E.ASSET_SYNCHRONIZED, INTERNAL, "SALESPERSON", is_enabled=OFF
    ),
    "Account synchronized": _rule(
        E.ACCOUNT_SYNCHRONIZED, INTERNAL, "STAFF:Sales", is_enabled=OFF
    ),
    "Order received": _rule(
        E.ORDER_SUBMITTED, CUSTOMER, "ORDER_CONTACTS", is_enabled=OFF
    ),
    "Order executed": _rule(
        E.ORDER_EXECUTED, CUSTOMER, "ORDER_CONTACTS", is_enabled=OFF
    ),
    "Order cancelled": _rule(
        E.ORDER_CANCELLED, CUSTOMER, "ORDER_CONTACTS", is_enabled=OFF
    ),
    "Rest of an order cancelled": _rule(
        E.ORDER_REST_CANCELLED, CUSTOMER, "ORDER_CONTACTS", is_enabled=OFF
    ),
    "Invoice issued": _rule(
        E.INVOICE_ISSUED, CUSTOMER, "BILLING_CONTACTS", is_enabled=OFF
    ),
}


def starter_texts(rule: Rule) -> dict[str, Texts]:
    """Return the texts that come with the product for a notification, by language."""
    if rule.name == WELCOME:
        return welcome_texts()
    if rule.name == REMINDER:
        return reminder_texts()
    return starters_of(EventName(rule.event), is_internal=rule.is_internal)
