"""The main job: from a new account to the coupon in the customer's mail."""

from datetime import timedelta
from decimal import Decimal

import pytest

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.invoices.lifecycle import ChargeState, InvoiceState
from purveyor.domain.invoices.models import Charge
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.flows.execution.operations import AccountUnsynchronized
from purveyor.kernel import clock
from tests.scenarios.shop import Shop


def test_bittitan_tells_what_it_sells(shop: Shop) -> None:
    assert shop.product_types() == [
        "BitTitan Mailbox License",
        "BitTitan User Migration Bundle",
    ]


def test_a_salesman_sells_ten_licenses_from_account_to_mail(shop: Shop) -> None:
    contoso = shop.customer("Contoso")
    assert shop.sync_status(contoso) == "UnSynchronized"
    assert shop.synchronizes(contoso) == "Synchronized"

    order = shop.orders(contoso, quantity=10)
    asset = shop.executes(order, InvoiceOption.ISSUE)

    order.refresh_from_db()
    (coupon,) = shop.coupons_made_for(asset)
    assert order.state == OrderState.EXECUTED
    assert asset.sync_status == SyncStatus.SYNCHRONIZED
    assert asset.name == "BitTitan Mailbox License"
    assert asset.quantity == coupon["quantity"] == 10
    assert shop.coupon_of(asset) == coupon["code"]
    assert coupon["code"] not in str(asset.__dict__)

    (invoice,) = shop.invoices_of(contoso)
    assert invoice.state == InvoiceState.ISSUED
    assert invoice.number == "INV-000001"
    assert invoice.total.amount == Decimal("117.81")  # 10 × 9.90 and 19 % tax

    (mail,) = shop.mails()
    assert mail["subject"] == "Welcome BitTitan Integration customer"
    assert mail["to"] == [order.recipient_email]
    for body in (mail["text"], mail["html"]):
        assert coupon["code"] in body
        assert "https://manage.bittitan.com" in body


def test_an_account_that_bittitan_does_not_know_cannot_be_sold_to(shop: Shop) -> None:
    order = shop.orders(shop.customer())

    with pytest.raises(AccountUnsynchronized, match="Save & Synchronize"):
        shop.executes(order)

    order.refresh_from_db()
    assert order.state == OrderState.SUBMITTED


def test_bittitan_is_down_then_up_and_the_asset_is_edited_and_saved(shop: Shop) -> None:
    contoso = shop.customer()
    shop.synchronizes(contoso)
    shop.vendor.fails("refuse_connection")

    asset = shop.executes(shop.orders(contoso))
    assert asset.sync_status == SyncStatus.PENDING
    assert "not reached" in asset.waits_because
    assert asset.due_at is not None
    assert 5 <= (asset.due_at - clock.now()).total_seconds() < 6

    shop.vendor.works_again()
    asset = shop.edits_and_saves(asset)
    shop.time_passes(seconds=6)
    asset = shop.shows(asset)
    assert asset.sync_status == SyncStatus.SYNCHRONIZED
    assert len(shop.coupons_made_for(asset)) == 1
    assert len(shop.mails()) == 1


def test_a_refused_asset_is_edited_and_saved_and_made_once(shop: Shop) -> None:
    contoso = shop.customer()
    shop.synchronizes(contoso)
    shop.vendor.fails("invalid_422")

    asset = shop.executes(shop.orders(contoso))
    assert asset.sync_status == SyncStatus.FAILED
    assert asset.waits_because.startswith("BitTitan refused")
    assert shop.coupons_made_for(asset) == []

    asset = shop.edits_and_saves(asset)
    assert asset.sync_status == SyncStatus.SYNCHRONIZED
    asset = shop.edits_and_saves(asset)
    assert len(shop.coupons_made_for(asset)) == 1
    assert len(shop.mails()) == 1


def test_a_lost_answer_is_looked_for_and_adopted(shop: Shop) -> None:
    contoso = shop.customer()
    shop.synchronizes(contoso)
    shop.vendor.fails("hang_up_after")

    asset = shop.executes(shop.orders(contoso))
    assert asset.sync_status == SyncStatus.UNCLEAR
    for _impatience in range(3):
        shop.edits_and_saves(asset)

    asset = shop.shows(asset)
    (coupon,) = shop.coupons_made_for(asset)
    assert asset.sync_status == SyncStatus.SYNCHRONIZED
    assert shop.coupon_of(asset) == coupon["code"]
    assert len(shop.mails()) == 1


def test_what_was_never_made_is_made_once_after_two_looks(shop: Shop) -> None:
    contoso = shop.customer()
    shop.synchronizes(contoso)
    shop.vendor.fails("hang_up_before")

    asset = shop.executes(shop.orders(contoso))
    shop.time_passes(seconds=299)
    assert shop.shows(asset).sync_status == SyncStatus.UNCLEAR
    assert shop.coupons_made_for(asset) == []

    for _minute in range(4):
        shop.time_passes(minutes=1)
    assert shop.shows(asset).sync_status == SyncStatus.SYNCHRONIZED
    assert len(shop.coupons_made_for(asset)) == 1
    assert len(shop.mails()) == 1


def test_not_invoicing_now_leaves_a_pending_charge(shop: Shop) -> None:
    contoso = shop.customer()
    shop.synchronizes(contoso)

    shop.executes(shop.orders(contoso), InvoiceOption.NONE)

    assert shop.invoices_of(contoso) == []
    assert [charge.state for charge in Charge.objects.all()] == [ChargeState.PENDING]


def test_a_draft_invoice_has_no_number_yet(shop: Shop) -> None:
    contoso = shop.customer()
    shop.synchronizes(contoso)

    shop.executes(shop.orders(contoso), InvoiceOption.DRAFT)

    (invoice,) = shop.invoices_of(contoso)
    assert (invoice.state, invoice.number) == (InvoiceState.DRAFT, None)


def test_a_start_date_in_the_future_leaves_the_asset_pending(shop: Shop) -> None:
    contoso = shop.customer()
    shop.synchronizes(contoso)
    next_week = clock.today() + timedelta(days=7)

    asset = shop.executes(shop.orders(contoso), start_date=next_week)
    assert asset.sync_status == SyncStatus.PENDING
    assert shop.coupons_made_for(asset) == []

    shop.time_passes(days=7)
    assert shop.shows(asset).sync_status == SyncStatus.SYNCHRONIZED


def test_bittitan_refuses_an_account_with_its_own_reason(shop: Shop) -> None:
    contoso = shop.customer()
    shop.vendor.fails("invalid_422", call="make_account")

    assert shop.synchronizes(contoso) == "Failed"
    assert shop.synchronizes(contoso) == "Synchronized"
    assert len(shop.vendor.accounts(contoso.number)) == 1
