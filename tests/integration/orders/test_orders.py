"""Submit, cancel and copy: what fixes an order, and what refuses to."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from purveyor.domain.accounts.models import Account, Contact
from purveyor.domain.catalogue.models import Product
from purveyor.domain.catalogue.operations import switch_application
from purveyor.domain.catalogue.queries import NotPublished, NotYetActive
from purveyor.domain.orders.copying import copy_order
from purveyor.domain.orders.executing import StartsInThePast, check_start_date
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.lines import Line
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.orders.operations import (
    EmptyOrder,
    NoRecipient,
    NotADraft,
    OrderingDisabled,
    cancel_order,
    put_items,
    submit_order,
)
from purveyor.domain.orders.pricing import (
    PriceChanged,
)
from purveyor.domain.orders.queries import (
    get_order,
    items_of,
    lock_order,
    open_items_of,
)
from purveyor.kernel.errors import NotFound, Refused
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.lifecycle import MoveRefused
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.catalogue import BUNDLE, a_price, a_product, an_application
from tests.factories.moments import DAN
from tests.factories.orders import (
    a_draft_order,
    a_submitted_order,
    an_execution,
)

# ------------------------------------------------------------------ submit


def submit(order: Order, now: datetime) -> Order:
    submit_order(order=order, actor=DAN, now=now)
    return Order.objects.get(pk=order.pk)


def test_a_draft_is_submitted(now: datetime) -> None:
    order = a_draft_order()

    stored = submit(order, now)

    entry = Entry.objects.latest("pk")
    assert (stored.state, stored.submitted_at) == (OrderState.SUBMITTED, now)
    assert (entry.verb, entry.before, entry.after) == ("submit", "DRAFT", "SUBMITTED")


def test_an_empty_order_is_not_submitted(now: datetime) -> None:
    with pytest.raises(EmptyOrder, match="at least one product"):
        submit(a_draft_order(items=0), now)

    assert Order.objects.get().state == OrderState.DRAFT


def test_of_two_clicks_only_the_first_submits(now: datetime) -> None:
    order = a_draft_order()
    same_order_in_another_tab = Order.objects.get(pk=order.pk)
    submit(order, now)
    lines = Entry.objects.count()

    with pytest.raises(NotADraft):
        submit(same_order_in_another_tab, now)

    assert Entry.objects.count() == lines


def test_a_price_that_has_changed_is_told_and_can_be_taken(now: datetime) -> None:
    order = a_draft_order()
    product = order.items.get().product
    a_price(product=product, price="11.00")

    with pytest.raises(PriceChanged, match=r"is now €11\.00, the order says €9\.90"):
        submit(order, now)

    put_items(order=order, lines=[Line(product, 10)], actor=DAN, now=now)
    assert submit(order, now).state == OrderState.SUBMITTED


def test_items_in_another_currency_than_the_orders_are_not_submitted(
    now: datetime,
) -> None:
    account = an_account()
    order = a_draft_order(account=account)
    a_price(product=order.items.get().product, price="9.90", currency="USD")
    Account.objects.update(currency="USD")
    Order.objects.update(currency="USD")

    with pytest.raises(PriceChanged, match=r"is now \$9\.90, the order says €9\.90"):
        submit(Order.objects.get(), now)


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        (lambda: Product.objects.update(is_published=False), NotPublished),
        (lambda: Account.objects.update(is_ordering_enabled=False), OrderingDisabled),
    ],
    ids=["withdrawn product", "ordering switched off"],
)
def test_what_was_withdrawn_since_the_draft_is_not_submitted(
    spoil: Callable[[], int], refusal: type[Refused], now: datetime
) -> None:
    a_draft_order()
    spoil()

    with pytest.raises(refusal):
        submit(Order.objects.get(), now)

    assert Order.objects.get().state == OrderState.DRAFT


def test_nothing_of_a_switched_off_application_is_submitted(now: datetime) -> None:
    order = a_draft_order()
    bittitan = an_application()
    switch_application(application=bittitan, is_active=False, actor=DAN, now=now)

    with pytest.raises(NotYetActive):
        submit(order, now)


# ------------------------------------------------------------------ recipient


def test_without_anybody_to_get_the_coupon_an_order_is_not_submitted(
    now: datetime,
) -> None:
    order = a_draft_order(account=an_account(name="Contoso"))
    Contact.objects.all().delete()
    Account.objects.update(email="")

    with pytest.raises(NoRecipient, match="add a billing contact to Contoso"):
        submit(Order.objects.get(pk=order.pk), now)


def test_the_recipient_that_was_chosen_gets_the_coupon(now: datetime) -> None:
    account = an_account()
    tom = Contact.objects.create(
        account=account, first_name="Tom", last_name="Taylor", email="tom@north.example"
    )

    stored = submit(a_draft_order(account=account, recipient=tom), now)

    assert stored.recipient_email == "tom@north.example"


def test_else_the_billing_contact_gets_it(now: datetime) -> None:
    account = an_account()

    stored = submit(a_draft_order(account=account), now)

    assert stored.recipient_email == account.contacts.get().email


def test_else_the_payers_billing_contact_gets_it(now: datetime) -> None:
    lea = an_end_customer()
    lea.contacts.all().delete()

    stored = submit(a_draft_order(account=lea), now)

    assert lea.parent is not None
    assert stored.recipient_email == lea.parent.contacts.get().email


def test_the_recipient_is_frozen_at_submission(now: datetime) -> None:
    account = an_account()
    mia = account.contacts.get()
    order = submit(a_draft_order(account=account, recipient=mia), now)
    before = order.recipient_email

    Contact.objects.update(email="eve@south.example")
    mia.delete()

    order.refresh_from_db()
    assert (order.recipient_email, order.recipient) == (before, None)


# ------------------------------------------------------------------ cancel


@pytest.mark.parametrize("make", [a_draft_order, a_submitted_order])
def test_an_order_of_which_nothing_was_executed_is_cancelled(
    make, now: datetime
) -> None:
    order = make()
    before = order.state

    cancel_order(order=order, because=" a mistake\n", actor=DAN, now=now)

    stored, entry = Order.objects.get(), Entry.objects.latest("pk")
    assert (stored.state, stored.cancelled_because) == ("CANCELLED", "a mistake")
    assert (entry.verb, entry.before, entry.after) == ("cancel", before, "CANCELLED")


@pytest.mark.parametrize("because", ["", "  "])
def test_cancelling_needs_a_reason(because, now: datetime) -> None:
    with pytest.raises(Refused, match="Say why"):
        cancel_order(order=a_draft_order(), because=because, actor=DAN, now=now)

    assert Order.objects.get().state == OrderState.DRAFT


def test_a_long_reason_is_cut_to_its_column(now: datetime) -> None:
    cancel_order(order=a_draft_order(), because="x" * 400, actor=DAN, now=now)

    assert len(Order.objects.get().cancelled_because) == 300


def test_an_executed_order_is_not_cancelled(now: datetime) -> None:
    order = an_execution().order

    with pytest.raises(MoveRefused, match="is “Executed”"):
        cancel_order(order=order, because="too late", actor=DAN, now=now)


def test_a_cancelled_order_is_not_submitted(now: datetime) -> None:
    order = a_draft_order()
    cancel_order(order=order, because="a mistake", actor=DAN, now=now)

    with pytest.raises(NotADraft, match="no longer a draft"):
        submit(order, now)


# ------------------------------------------------------------------ copy


def test_a_copy_is_a_new_draft_at_the_prices_of_now(now: datetime) -> None:
    order = an_execution(order=a_submitted_order(items=2, notes="by phone")).order
    a_price(product=a_product(), price="11.00")
    a_price(product=a_product(external_id=BUNDLE), price="11.00")

    copy = copy_order(
        order=order, keeps_discounts=True, actor=DAN, now=now + timedelta(days=1)
    )

    stored = Order.objects.get(pk=copy.pk)
    assert (stored.state, stored.number) == (OrderState.DRAFT, "O-000002")
    assert (stored.account, stored.bill_to) == (order.account, order.bill_to)
    assert (stored.notes, stored.submitted_at) == ("by phone", None)
    items = list(stored.items.order_by("position"))
    assert [item.product for item in items] == [i.product for i in items_of(order)]
    assert {(item.unit_price, item.state) for item in items} == {
        (Decimal("11.00"), "OPEN")
    }


def test_a_copy_keeps_quantities_and_discounts(now: datetime) -> None:
    order = a_draft_order(items=0)
    lines = [Line(a_product(), 3, Decimal("12.50"))]
    put_items(order=order, lines=lines, actor=DAN, now=now)

    copy = copy_order(order=order, keeps_discounts=True, actor=DAN, now=now)

    item = copy.items.get()
    assert (item.quantity, item.discount_percent) == (3, Decimal("12.50"))


def test_what_can_no_longer_be_sold_is_not_copied_at_all(now: datetime) -> None:
    order = a_draft_order()
    Product.objects.update(is_published=False)

    with pytest.raises(NotPublished):
        copy_order(order=order, keeps_discounts=True, actor=DAN, now=now)

    assert Order.objects.get() == order


# ------------------------------------------------------------------ start date


@pytest.mark.parametrize("days", [0, 1, 400])
def test_an_execution_starts_today_or_later(days) -> None:
    today = date(2030, 1, 15)

    check_start_date(start_date=today + timedelta(days=days), today=today)


def test_an_execution_does_not_start_in_the_past() -> None:
    with pytest.raises(StartsInThePast, match="2030-01-14 has passed"):
        check_start_date(start_date=date(2030, 1, 14), today=date(2030, 1, 15))


# ------------------------------------------------------------------ questions


def test_what_staff_still_write_is_nobody_elses_to_see() -> None:
    lea = an_end_customer()
    draft = a_draft_order(account=lea)

    for viewer in (lea, lea.parent):
        with pytest.raises(NotFound):
            get_order(number=draft.number, seen_by=viewer)

    assert get_order(number=draft.number, seen_by=None) == draft


def test_not_yours_and_does_not_exist_are_the_same_answer() -> None:
    lea, eve = an_end_customer(), an_end_customer(reseller=a_reseller(name="South"))
    order = a_submitted_order(account=lea)

    for viewer in (None, lea, lea.parent):
        assert get_order(number=order.number, seen_by=viewer) == order

    with pytest.raises(NotFound) as not_yours:
        get_order(number=order.number, seen_by=eve)
    with pytest.raises(NotFound) as missing:
        get_order(number="O-999999", seen_by=eve)
    assert not_yours.value.code == missing.value.code
    assert not_yours.value.message == missing.value.message.replace(
        "O-999999", order.number
    )


def test_items_come_in_order_with_all_that_executing_needs(
    django_assert_num_queries,
) -> None:
    order = a_draft_order(items=3)

    with django_assert_num_queries(1):
        items = items_of(order)
        setups = {i.product.product_type.application.setup.pk for i in items}

    assert [item.position for item in items] == [1, 2, 3]
    assert len(setups) == 1


def test_the_open_items_are_those_not_yet_executed() -> None:
    order = a_submitted_order(items=2)
    assert len(open_items_of(order)) == len(lock_order(order).open_items) == 2

    an_execution(order=order)

    assert open_items_of(order) == []
    assert lock_order(order).open_items == ()
    assert len(lock_order(order).items) == OrderItem.objects.count() == 2
