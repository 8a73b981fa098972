"""A draft: who it is for, what is on it, and at which prices."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from purveyor.domain.accounts.models import Contact
from purveyor.domain.catalogue.models import Product, TaxRate
from purveyor.domain.catalogue.operations import switch_application
from purveyor.domain.catalogue.pricing import NoPrice
from purveyor.domain.catalogue.queries import (
    NoTaxRate,
    NotPublished,
    NotYetActive,
)
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.lines import Line, WrongDiscount, WrongQuantity
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.orders.operations import (
    ITEMS_MAX,
    ForeignCurrency,
    NotADraft,
    OrderingDisabled,
    TooManyItems,
    WrongRecipient,
    create_order,
    edit_order,
    put_items,
)
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.catalogue import (
    BUNDLE,
    a_price,
    a_product,
    a_tax_rate,
    an_application,
)
from tests.factories.moments import DAN
from tests.factories.orders import a_draft_order, a_line, a_submitted_order


def created(now: datetime, **fields: Any) -> Order:
    order = Order(**{"account": fields.pop("account", None) or an_account(), **fields})
    create_order(order=order, actor=DAN, now=now)
    return order


def a_strangers_contact() -> Contact:
    return an_account().contacts.get()


# ------------------------------------------------------------------ create


def test_a_new_order_is_a_draft_with_number_name_and_line(now: datetime) -> None:
    contoso = an_account(name="Contoso")

    order = created(now, account=contoso)

    stored, entry = Order.objects.get(), Entry.objects.latest("pk")
    assert (stored.number, stored.state) == ("O-000001", OrderState.DRAFT)
    assert stored.name == "Contoso O-000001"
    assert (stored.bill_to, stored.currency) == (contoso, "EUR")
    assert (stored.created_at, stored.created_by) == (now, DAN)
    assert (entry.verb, entry.record_id) == ("create", order.pk)


def test_an_order_of_an_end_customer_is_billed_to_its_reseller(now: datetime) -> None:
    north = a_reseller(currency="USD")
    lea = an_end_customer(reseller=north)

    order = created(now, account=lea)

    assert (order.bill_to, order.currency) == (north, "USD")


def test_an_account_that_may_not_order_does_not(now: datetime) -> None:
    account = an_account(is_ordering_enabled=False)

    with pytest.raises(OrderingDisabled, match="may not order"):
        created(now, account=account)


def test_an_order_is_in_the_currency_of_who_pays(now: datetime) -> None:
    with pytest.raises(ForeignCurrency, match="billed in EUR, not in USD"):
        created(now, currency="USD")


def test_an_order_is_not_billed_to_a_stranger(now: datetime) -> None:
    stranger = an_account(name="Stranger")

    with pytest.raises(Refused, match="Stranger does not pay for"):
        created(now, bill_to=stranger)


def test_a_stranger_gets_no_coupon_code(now: datetime) -> None:
    with pytest.raises(WrongRecipient, match="belongs to another account"):
        created(now, recipient=a_strangers_contact())


def test_people_of_the_account_and_of_its_reseller_may_get_it(now: datetime) -> None:
    north = a_reseller()
    lea = an_end_customer(reseller=north)

    for account in (lea, north):
        order = created(now, account=lea, recipient=account.contacts.get())
        assert order.recipient is not None


def test_a_refused_order_takes_no_number(now: datetime) -> None:
    with pytest.raises(ForeignCurrency):
        created(now, currency="USD")
    with pytest.raises(Refused):
        created(now, po_code="x" * 61)

    assert created(now).number == "O-000001"


# ------------------------------------------------------------------ edit


def test_a_draft_is_edited(now: datetime) -> None:
    order = a_draft_order()
    order.po_code, order.notes = "PO-7", "not saved"

    edit_order(order=order, changed=["po_code"], actor=DAN, now=now)

    stored, entry = Order.objects.get(), Entry.objects.latest("pk")
    assert (stored.po_code, stored.notes) == ("PO-7", "")
    assert (entry.verb, entry.facts) == (
        "edit",
        {"changes": {"po_code": ["", "PO-7"]}},
    )


def test_a_draft_for_another_account_is_called_after_it(now: datetime) -> None:
    order, contoso = a_draft_order(), an_account(name="Contoso")
    order.account = order.bill_to = contoso

    edit_order(order=order, changed=["account"], actor=DAN, now=now)

    assert Order.objects.get().name == f"Contoso {order.number}"


def test_a_name_that_somebody_chose_stays_with_another_account(now: datetime) -> None:
    order = a_draft_order()
    Order.objects.update(name="Spring sale")
    order.refresh_from_db()
    order.account = order.bill_to = an_account(name="Contoso")

    edit_order(order=order, changed=["account"], actor=DAN, now=now)

    assert Order.objects.get().name == "Spring sale"


def test_what_is_no_longer_a_draft_is_not_edited(now: datetime) -> None:
    order = a_submitted_order()
    order.po_code = "PO-7"

    with pytest.raises(NotADraft, match="copy it to change it"):
        edit_order(order=order, changed=["po_code"], actor=DAN, now=now)

    assert Order.objects.get().po_code == ""


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("currency", "USD", ForeignCurrency),
        ("bill_to", an_account, Refused),
        ("recipient", a_strangers_contact, WrongRecipient),
        ("account", lambda: an_account(is_ordering_enabled=False), OrderingDisabled),
    ],
)
def test_an_edit_keeps_the_rules_of_a_new_order(
    field, value, refusal, now: datetime
) -> None:
    order = a_draft_order()
    setattr(order, field, value() if callable(value) else value)

    with pytest.raises(refusal):
        edit_order(order=order, changed=[field], actor=DAN, now=now)


# ------------------------------------------------------------------ items


def put(order: Order, *lines: Line, now: datetime) -> list[OrderItem]:
    return put_items(order=order, lines=lines, actor=DAN, now=now)


def test_items_freeze_the_prices_and_the_tax_of_the_day(now: datetime) -> None:
    order = a_draft_order(items=0)
    product = a_product(price="9.90", cost="7.00")

    put(order, Line(product, 10, Decimal("2.50")), now=now)

    a_price(product=product, price="99.00", cost="70.00")
    TaxRate.objects.update(percent=Decimal("25.00"))
    Product.objects.update(name="Renamed")
    item = OrderItem.objects.get()
    assert (item.position, item.quantity, item.currency) == (1, 10, "EUR")
    assert (item.unit_price, item.unit_cost) == (Decimal("9.90"), Decimal("7.00"))
    assert (item.discount_percent, item.tax_percent) == (
        Decimal("2.50"),
        Decimal("19.00"),
    )
    assert (item.product_name, item.tax_name) == ("BitTitan Mailbox License", "VAT")


def test_items_that_are_put_again_take_the_place_of_the_old(now: datetime) -> None:
    order = a_draft_order(items=2)
    bundle = a_product(external_id=BUNDLE)

    put(order, a_line(bundle, 3), now=now)

    item, entry = OrderItem.objects.get(), Entry.objects.latest("pk")
    assert (item.product, item.quantity) == (bundle, 3)
    assert (entry.verb, entry.after) == (
        "set_items",
        "3 × BitTitan User Migration Bundle",
    )


def test_the_tax_is_that_of_who_pays(now: datetime) -> None:
    north = a_reseller(country="AT")
    a_tax_rate(country="AT", percent="20.00")
    order = a_draft_order(account=an_end_customer(reseller=north))

    assert order.items.get().tax_percent == Decimal("20.00")


@pytest.mark.parametrize("quantity", [0, -1, 1.5, 10**9, 10_001, "10", None], ids=repr)
def test_a_quantity_is_a_whole_number_of_licenses_within_bounds(
    quantity, now: datetime
) -> None:
    order = a_draft_order(quantity=7)

    with pytest.raises(WrongQuantity, match=f"from 1 to 10000, not {quantity}"):
        put(order, a_line(quantity=quantity), now=now)

    assert OrderItem.objects.get().quantity == 7


@pytest.mark.parametrize("quantity", [1, 10_000])
def test_a_quantity_may_stand_on_its_bounds(quantity, now: datetime) -> None:
    order = a_draft_order(items=0)

    (item,) = put(order, a_line(quantity=quantity), now=now)

    assert item.quantity == quantity


@pytest.mark.parametrize("percent", ["-0.01", "100.01", "1000"])
def test_a_discount_is_a_share_of_the_price(percent, now: datetime) -> None:
    order = a_draft_order(items=0)

    with pytest.raises(WrongDiscount, match=f"not {percent}"):
        put(order, Line(a_product(), 1, Decimal(percent)), now=now)


def test_a_product_that_is_not_published_is_not_put_on_an_order(now: datetime) -> None:
    order = a_draft_order(items=0)

    with pytest.raises(NotPublished):
        put(order, a_line(a_product(code="P-NEW", is_published=False)), now=now)


def test_nothing_of_a_switched_off_application_is_put_on_an_order(
    now: datetime,
) -> None:
    order = a_draft_order(items=0)
    line = a_line()
    switch_application(
        application=an_application(), is_active=False, actor=DAN, now=now
    )
    line.product.refresh_from_db()

    with pytest.raises(NotYetActive):
        put(order, line, now=now)


def test_a_product_without_a_price_in_the_orders_currency_is_refused(
    now: datetime,
) -> None:
    order = a_draft_order(account=an_account(currency="USD"), items=0)

    with pytest.raises(NoPrice, match="no price in USD"):
        put(order, a_line(), now=now)


def test_a_country_without_a_tax_rate_is_refused(now: datetime) -> None:
    order = a_draft_order(account=an_account(country="CH"), items=0)

    with pytest.raises(NoTaxRate, match="no tax rate for CH"):
        put(order, a_line(), now=now)


def test_an_order_holds_a_limited_number_of_items(now: datetime) -> None:
    order = a_draft_order()

    with pytest.raises(TooManyItems, match=f"at most {ITEMS_MAX} items"):
        put(order, *[a_line()] * (ITEMS_MAX + 1), now=now)

    assert OrderItem.objects.count() == 1


def test_one_bad_line_keeps_all_items_as_they_were(now: datetime) -> None:
    order = a_draft_order(items=2)
    before = list(OrderItem.objects.values())

    with pytest.raises(WrongQuantity):
        put(order, a_line(quantity=5), a_line(quantity=0), now=now)

    assert list(OrderItem.objects.values()) == before


def test_items_of_a_submitted_order_stay(now: datetime) -> None:
    order = a_submitted_order()

    with pytest.raises(NotADraft):
        put(order, a_line(quantity=5), now=now)

    assert OrderItem.objects.get().quantity == 10
