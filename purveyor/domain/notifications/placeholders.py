"""The words that a template may use: what each stands for, and an example."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from purveyor.domain.notifications.events import (
    ASSET,
    EVENTS,
    INVOICE,
    LINK,
    ORDER,
    RUN,
    EventName,
)
from purveyor.kernel.sealed import mask

COUPON = "coupon_code"
RECORD_URL = "record_url"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A word that a template may use: its name, what it stands for, and an example."""

    name: str
    description: str | Promise
    sample: str


P = Placeholder
ACCOUNT = (
    P("account_name", _("Account: name"), "Northwind GmbH"),
    P("account_number", _("Account: number"), "A-00017"),
)
RECIPIENT = (
    P(
        "recipient_name",
        _("Recipient: name; empty if the address is nobody's contact"),
        "Mia Berger",
    ),
)
ORGANIZATION = (
    P("organization_name", _("Our organization: name"), "Contoso Cloud AG"),
    P("organization_email", _("Our organization: e-mail"), "cloud@contoso.example"),
    P(
        "organization_phone",
        _("Our organization: phone; may be empty"),
        "+49 30 555 0100",
    ),
    P("shop_url", _("Link to the shop"), "https://shop.contoso.example/"),
)
OF_ORDER = (
    P("order_number", _("Order: number"), "O-000042"),
    P("po_code", _("Order: PO code; may be empty"), "PO-2030-7"),
)
OF_ASSET = (
    P("asset_number", _("Asset: number"), "AS-000042-1"),
    P("asset_name", _("Asset: what the buyer calls it"), "Move to the cloud"),
    P("product_name", _("Product: name"), "BitTitan Mailbox License"),
    P("licenses", _("Number of licenses"), "10"),
    P(
        COUPON,
        _("BitTitan's Coupon Code; in clear only in the welcome mail"),
        "EXAMPLE-7KQM-2F9X",
    ),
    P("portal_url", _("Link to the vendor's portal"), "https://manage.bittitan.com"),
    P(
        "redeem_before",
        _("Day on which the coupon code expires; may be empty"),
        "15 January 2031",
    ),
    P("days_left", _("Days until the coupon code expires; may be empty"), "14"),
    P("expire_days", _("Expire(days)"), "365"),
    P("validity_days", _("Validity(days)"), "365"),
    P("purchase_date", _("Purchase Date"), "15 January 2030"),
)
VENDOR = P("vendor_name", _("Service manager: name"), "BitTitan")
REASON = P(
    "reason",
    _("Why it failed or waits; may be empty"),
    "BitTitan does not know the product SKU-1.",
)
MORE_OF_ORDER = (
    P("order_name", _("Order: name; may be empty"), "Mailboxes for January"),
    P("order_items", _("Order: its items"), "10 × BitTitan Mailbox License"),
    P(
        "cancelled_items",
        _("Order: the items that will not come; may be empty"),
        "5 × BitTitan User Migration Bundle",
    ),
    P("order_net", _("Order: sum without tax"), "€99.00"),
    P("order_total", _("Order: sum with tax"), "€117.81"),
    P("bill_to_name", _("Billing to: name"), "Northwind GmbH"),
    P("salesperson", _("Who created the order: name"), "Dan Sales"),
    P(
        "reason",
        _("Why it was cancelled or waits; may be empty"),
        "Ordered twice by mistake",
    ),
)
OF_INVOICE = (
    P("invoice_number", _("Invoice: number"), "INV-000042"),
    P("invoice_date", _("Invoice: date"), "15 January 2030"),
    P("due_date", _("Invoice: due"), "14 February 2030"),
    P("invoice_net", _("Invoice: sum without tax"), "€99.00"),
    P("invoice_total", _("Invoice: sum with tax"), "€117.81"),
    P("bill_to_name", _("Billing to: name"), "Northwind GmbH"),
    P("po_code", _("Order: PO code; may be empty"), "PO-2030-7"),
)
OF_RUN = (
    VENDOR,
    P("run_number", _("Reconciliation: number"), "7"),
    P("findings_count", _("New findings: how many"), "3"),
    P(
        "findings",
        _("New findings: how many of each kind, cost and price at risk"),
        "Bought twice: 1 (€90.00 / €99.00); Expired: 2",
    ),
)
INTERNAL = (
    P(
        RECORD_URL,
        _("Link to the record in the BSS; only in internal mails"),
        "https://bss.contoso.example/bss/orders/order/42/change/",
    ),
)

#: What is known about each kind of record.
OF_RECORD: Mapping[str, tuple[Placeholder, ...]] = {
    ASSET: (*ACCOUNT, *RECIPIENT, *OF_ORDER, *OF_ASSET, VENDOR, REASON, *ORGANIZATION),
    ORDER: (*ACCOUNT, *RECIPIENT, *OF_ORDER, *MORE_OF_ORDER, *ORGANIZATION),
    LINK: (*ACCOUNT, *RECIPIENT, VENDOR, REASON, *ORGANIZATION),
    INVOICE: (*ACCOUNT, *RECIPIENT, *OF_INVOICE, *ORGANIZATION),
    RUN: (*OF_RUN, *ORGANIZATION),
}


def placeholders_of(event: str, *, is_internal: bool) -> tuple[Placeholder, ...]:
    """Return what a notification of an event may use."""
    known = OF_RECORD[EVENTS[EventName(event)].record]
    return (*known, *INTERNAL) if is_internal else known


def names_of(placeholders: Iterable[Placeholder]) -> frozenset[str]:
    """Return the names of placeholders."""
    return frozenset(each.name for each in placeholders)


def samples(
    placeholders: Collection[Placeholder], *, has_code: bool = False
) -> dict[str, str]:
    """Return an example value for each placeholder; the code masked, or in clear."""
    examples = {each.name: each.sample for each in placeholders}
    if COUPON in examples and not has_code:
        examples[COUPON] = mask(examples[COUPON])
    return examples
