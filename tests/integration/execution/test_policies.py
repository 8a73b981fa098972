"""What the policies of a service manager allow, ask for, and put off."""

from datetime import datetime

import pytest

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import Coupon, connect_coupon
from purveyor.domain.catalogue.models import Product
from purveyor.domain.invoices.lifecycle import ChargeState, InvoiceState
from purveyor.domain.invoices.models import Charge, Invoice
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.lines import Line, WrongQuantity
from purveyor.domain.orders.models import Execution, Order
from purveyor.domain.orders.operations import (
    EmptyOrder,
)
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import (
    AccountLink,
    Buyers,
    InvoiceWhen,
    LinkOf,
)
from purveyor.flows.execution.operations import AccountUnsynchronized, execute_order
from purveyor.flows.execution.street import welcome
from purveyor.flows.ordering.operations import (
    BuyerNotAllowed,
    draft_order,
    submit_order,
)
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.catalogue import a_product
from tests.factories.moments import DAN, TODAY
from tests.factories.orders import a_draft_order, a_submitted_order
from tests.factories.provisioning import a_link, a_setup

FOR_ALL, RESELLERS, FOR_ENDS, FOR_THEMSELVES = Buyers


def execute(
    order: Order, now: datetime, option: InvoiceOption = InvoiceOption.ISSUE
) -> Execution:
    plan = ExecutionPlan(start_date=TODAY, option=option)
    return execute_order(order=order, plan=plan, actor=DAN, now=now)


# ------------------------------------------------------------------ synchronization


def test_an_account_the_vendor_does_not_know_is_not_sold_to(now: datetime) -> None:
    order = a_submitted_order(account=an_account(name="Contoso"), is_linked=False)

    with pytest.raises(AccountUnsynchronized) as refusal:
        execute(order, now)

    assert refusal.value.message == (
        "Contoso is not synchronized with BitTitan. Open its account page, "
        "click UnSynchronized, then Save & Synchronize."
    )
    assert refusal.value.facts == {"account": order.account.number}
    assert Order.objects.get().state == OrderState.SUBMITTED
    assert not Asset.objects.exists()


@pytest.mark.parametrize("status", ["SYNCHRONIZING", "FAILED", "UNCLEAR"])
def test_nor_is_one_that_is_not_known_for_sure(status, now: datetime) -> None:
    order = a_submitted_order()
    AccountLink.objects.update(status=status)

    with pytest.raises(AccountUnsynchronized):
        execute(order, now)


def test_a_policy_may_do_without_synchronization(now: datetime) -> None:
    order = a_submitted_order(is_linked=False)
    a_setup(require_prior_sync=False)

    asset = execute(order, now).assets.get()

    assert asset.linked_account == order.account
    assert not AccountLink.objects.exists()


def test_a_policy_may_synchronize_on_the_way(now: datetime) -> None:
    order = a_submitted_order(is_linked=False)
    a_setup(sync_on_checkout=True)

    execute(order, now)

    link = AccountLink.objects.get()
    assert (link.account, link.status) == (order.account, LinkStatus.SYNCHRONIZING)
    assert link.due_at == now
    assert Order.objects.get().state == OrderState.EXECUTED


def test_what_is_being_synchronized_is_not_asked_for_again(now: datetime) -> None:
    account = an_account()
    orders = [a_submitted_order(account=account, is_linked=False) for _n in range(2)]
    a_setup(sync_on_checkout=True)

    for order in orders:
        execute(order, now)

    assert AccountLink.objects.get().status == LinkStatus.SYNCHRONIZING
    assert Asset.objects.count() == 2


def test_the_resellers_account_may_stand_for_its_end_customers(now: datetime) -> None:
    lea = an_end_customer()
    order = a_submitted_order(account=lea, is_linked=False)
    a_setup(link_of=LinkOf.RESELLER)
    with pytest.raises(AccountUnsynchronized, match="Northwind is not synchronized"):
        execute(order, now)

    assert lea.parent is not None
    a_link(account=lea.parent)

    asset = execute(order, now).assets.get()
    assert (asset.account, asset.linked_account) == (lea, lea.parent)


# ------------------------------------------------------------------ who may buy


KINDS = [an_account, a_reseller, an_end_customer]


@pytest.mark.parametrize(
    ("allowed", "may"),
    [
        (FOR_ALL, [True, True, True]),
        (RESELLERS, [False, True, True]),
        (FOR_ENDS, [False, False, True]),
        (FOR_THEMSELVES, [False, True, False]),
    ],
)
@pytest.mark.parametrize("kind", range(3), ids=["customer", "reseller", "end customer"])
def test_a_policy_says_who_may_buy(allowed, may, kind, now: datetime) -> None:
    account = KINDS[kind]()
    order = a_draft_order(account=account)
    a_setup(allowed_buyers=allowed)

    if may[kind]:
        submit_order(order=order, actor=DAN, now=now)
    else:
        with pytest.raises(BuyerNotAllowed, match=f"{account.name} may not buy"):
            submit_order(order=order, actor=DAN, now=now)

    order.refresh_from_db()
    assert (order.state == OrderState.SUBMITTED) is may[kind]


def test_submitting_keeps_all_other_rules(now: datetime) -> None:
    with pytest.raises(EmptyOrder):
        submit_order(order=a_draft_order(items=0), actor=DAN, now=now)


# ------------------------------------------------------------------ drafts in one go


def drafted(now: datetime, account: Account, *lines: Line) -> Order:
    return draft_order(
        account=account, lines=lines, facts={"po_code": "PO-7"}, actor=DAN, now=now
    )


def test_a_draft_is_made_with_its_items(now: datetime) -> None:
    order = drafted(now, an_account(), Line(a_product(), 3))

    stored = Order.objects.get()
    assert (stored, stored.po_code, stored.currency) == (order, "PO-7", "EUR")
    assert stored.items.get().quantity == 3


def test_a_draft_with_a_bad_line_is_not_made_at_all(now: datetime) -> None:
    with pytest.raises(WrongQuantity):
        drafted(now, an_account(), Line(a_product(), 3), Line(a_product(), 0))

    assert not Order.objects.exists()
    assert Product.objects.exists()


# ------------------------------------------------------------------ billed on delivery


@pytest.fixture
def delivered_first(now: datetime) -> Asset:
    """Return an asset that is billed once its coupon is there."""
    order = a_submitted_order()
    a_setup(invoice_when=InvoiceWhen.DELIVERY)
    return execute(order, now).assets.get()


def test_what_is_billed_on_delivery_waits(delivered_first) -> None:
    charge = Charge.objects.get()

    assert (charge.state, charge.waits_for_delivery) == (ChargeState.PENDING, True)
    assert not Invoice.objects.exists()


def test_with_the_coupon_comes_the_bill_and_the_word_once(
    delivered_first, now: datetime
) -> None:
    coupon = Coupon("BT-7KQM-2F9X-TR4D-8ZPA")
    connect_coupon(
        asset=delivered_first, coupon=coupon, how="make", actor="worker", now=now
    )

    for _time in range(2):
        welcome(pk=delivered_first.pk, now=now)

    invoice = Invoice.objects.get()
    assert (invoice.state, invoice.number) == (InvoiceState.ISSUED, "INV-000001")
    assert Charge.objects.get().state == ChargeState.INVOICED
    assert Asset.objects.get().welcome_due_at is None
