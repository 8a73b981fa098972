"""
What can be told of: the events, and what is known about each.

An event is a line of the journal: a verb on a kind of record, and what it became. Such
a line is *news* (`NEWS`): it waits until it was told, or nobody wanted to know.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

ORDER = "orders.order"
ASSET = "assets.asset"
LINK = "provisioning.accountlink"
INVOICE = "invoices.invoice"
RUN = "reconciliation.reconciliationrun"


class EventName(TextChoices):
    """What may have happened."""

    COUPON_DELIVERED = "COUPON_DELIVERED", _("Coupon delivered (the welcome mail)")
    ASSET_EXPIRING = "ASSET_EXPIRING", _("Asset: its coupon code expires soon")
    ASSET_SYNCHRONIZED = "ASSET_SYNCHRONIZED", _("Asset synchronized")
    ASSET_FAILED = "ASSET_FAILED", _("Asset failed")
    ORDER_SUBMITTED = "ORDER_SUBMITTED", _("Order submitted")
    ORDER_WAITING = "ORDER_WAITING", _("Order waits for approval")
    ORDER_ASKS_RESELLER = "ORDER_ASKS_RESELLER", _("Order waits for its reseller")
    ORDER_EXECUTED = "ORDER_EXECUTED", _("Order executed")
    ORDER_CANCELLED = "ORDER_CANCELLED", _("Order cancelled")
    ORDER_REST_CANCELLED = "ORDER_REST_CANCELLED", _("Rest of an order cancelled")
    ORDER_REJECTED = "ORDER_REJECTED", _("Order rejected")
    ACCOUNT_SYNCHRONIZED = "ACCOUNT_SYNCHRONIZED", _("Account synchronized")
    ACCOUNT_FAILED = "ACCOUNT_FAILED", _("Account not synchronized: it failed")
    INVOICE_ISSUED = "INVOICE_ISSUED", _("Invoice issued")
    FINDINGS_NEW = "FINDINGS_NEW", _("Reconciliation: new findings")


class Audience(TextChoices):
    """For whom a notification is written."""

    INTERNAL = "INTERNAL", _("Internal")
    CUSTOMER = "CUSTOMER", _("Customer")


class Condition(TextChoices):
    """What a rule can ask for. Each is a column of a notification."""

    ACCOUNT_KIND = "account_kind", _("account kind")
    ACCOUNT = "account", _("account")
    APPLICATION = "application", _("application")
    PRODUCT = "product", _("product")
    TOTAL_ABOVE = "total_above", _("total above")


C = Condition
OF_ACCOUNT = (C.ACCOUNT_KIND, C.ACCOUNT)

#: What can be asked about each kind of record.
CONDITIONS: dict[str, tuple[Condition, ...]] = {
    ORDER: (*OF_ACCOUNT, C.APPLICATION, C.PRODUCT, C.TOTAL_ABOVE),
    ASSET: (*OF_ACCOUNT, C.APPLICATION, C.PRODUCT),
    LINK: (*OF_ACCOUNT, C.APPLICATION),
    INVOICE: (*OF_ACCOUNT, C.TOTAL_ABOVE),
    RUN: (C.APPLICATION,),
}

#: What a kind of record is called where one is asked for, and how its numbers look.
RECORDS = {
    ORDER: (_("order"), "O-000001"),
    ASSET: (_("asset"), "AS-000001-1"),
    LINK: (_("account"), "A-00001"),
    INVOICE: (_("invoice"), "INV-000001"),
    RUN: (_("reconciliation"), "1"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One event: the lines of the journal that bear it, and who may be told."""

    name: EventName
    record: str
    verbs: tuple[str, ...] = ()
    after: str = ""  # what the record must have become; empty: whatever
    only_internal: bool = False

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What a rule for it can ask for."""
        return CONDITIONS[self.record]

    @property
    def audiences(self) -> tuple[Audience, ...]:
        """For whom notifications of it can be written."""
        return (Audience.INTERNAL,) if self.only_internal else tuple(Audience)


E = EventName
CONNECTED = ("make", "adopt", "enter")  # nobody is told of what was imported

EVENTS: dict[EventName, Event] = {
    event.name: event
    for event in (
        Event(E.COUPON_DELIVERED, ASSET),  # a step of the street tells of it
        Event(E.ASSET_EXPIRING, ASSET, ("write_reminder",)),
        Event(E.ASSET_SYNCHRONIZED, ASSET, CONNECTED, "SYNCHRONIZED"),
        Event(E.ASSET_FAILED, ASSET, ("fail",), "FAILED"),
        Event(E.ORDER_SUBMITTED, ORDER, ("submit",)),
        Event(E.ORDER_WAITING, ORDER, ("hold",)),  # if it is up to us
        Event(E.ORDER_ASKS_RESELLER, ORDER, ("hold",)),  # if it is up to one
        Event(E.ORDER_EXECUTED, ORDER, ("execute", "deliver"), "EXECUTED"),
        Event(E.ORDER_CANCELLED, ORDER, ("cancel",), "CANCELLED"),
        Event(E.ORDER_REST_CANCELLED, ORDER, ("cancel_rest",), "EXECUTED"),
        Event(E.ORDER_REJECTED, ORDER, ("reject",)),  # or its rest
        Event(E.ACCOUNT_SYNCHRONIZED, LINK, ("synchronize", "adopt"), "SYNCHRONIZED"),
        Event(E.ACCOUNT_FAILED, LINK, ("fail",), "FAILED"),
        Event(E.INVOICE_ISSUED, INVOICE, ("issue",)),
        Event(
            E.FINDINGS_NEW, RUN, only_internal=True
        ),  # its plan is told of, by itself
    )
}


def _news() -> dict[str, frozenset[str]]:
    """Return the verbs on each kind of record that may be told of."""
    kinds = {event.record for event in EVENTS.values() if event.verbs}
    return {
        kind: frozenset(
            verb
            for event in EVENTS.values()
            if event.record == kind
            for verb in event.verbs
        )
        for kind in kinds
    }


#: The lines of the journal that are news; `PURVEYOR_NEWS` names it to the journal.
NEWS = _news()


def events_of(record: str, verb: str, after: str) -> tuple[Event, ...]:
    """Return the events that a line of the journal bears; most bear none."""
    return tuple(
        event
        for event in EVENTS.values()
        if event.record == record and verb in event.verbs and event.after in {"", after}
    )
