"""An asset is what was bought: named by its buyer, mended only while it failed."""

from datetime import datetime, timedelta

import pytest

from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset, number_for
from purveyor.domain.assets.operations import (
    NotMendable,
    mend_asset,
    note_fate,
    rename_asset,
)
from purveyor.domain.assets.queries import assets_of, get_asset
from purveyor.domain.catalogue.models import Product, ProductType
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.kernel.errors import NotFound, Refused
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.lifecycle import MoveRefused
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.assets import (
    a_failed_asset,
    a_pending_asset,
    a_synchronized_asset,
)
from tests.factories.moments import DAN, TODAY
from tests.factories.orders import a_submitted_order, an_execution


def last_line() -> Entry:
    return Entry.objects.latest("pk")


# ------------------------------------------------------------------ as bought


@pytest.mark.parametrize(
    ("order", "position", "number"),
    [("O-000017", 2, "AS-000017-2"), ("O-1234567", 200, "AS-1234567-200")],
)
def test_an_asset_has_the_number_of_its_item(order, position, number) -> None:
    assert number_for(OrderItem(position=position), Order(number=order)) == number


def test_an_asset_holds_what_was_bought() -> None:
    asset = a_pending_asset(quantity=25)

    assert (asset.number, asset.name) == ("AS-000001-1", "BitTitan Mailbox License")
    assert (asset.quantity, asset.expire_days, asset.validity_days) == (25, 365, 365)
    assert (asset.state, asset.sync_status) == ("ACTIVE", "PENDING")
    assert (asset.purchase_date, asset.start_date) == (TODAY, TODAY)


def test_a_later_change_in_the_catalogue_changes_nothing_that_was_sold() -> None:
    a_pending_asset()

    Product.objects.update(name="New", external_id="NEW", expire_days=1)
    ProductType.objects.update(name="New")

    asset = Asset.objects.get()
    assert asset.name == asset.product_type_name == "BitTitan Mailbox License"
    assert (asset.external_product_id, asset.expire_days) == ("BT-MAILBOX", 365)


def test_each_intended_purchase_has_a_reference_of_its_own() -> None:
    assets = an_execution(order=a_submitted_order(items=4)).assets.all()

    assert len({asset.key for asset in assets}) == 4
    assert all(len(asset.key) == 32 for asset in assets)


def test_the_assets_of_an_order_come_by_item() -> None:
    order = a_submitted_order(items=3)
    an_execution(order=order)

    assert [asset.number for asset in assets_of(order)] == [
        f"AS-000001-{position}" for position in (1, 2, 3)
    ]


# ------------------------------------------------------------------ rename


def test_an_asset_is_called_what_its_buyer_calls_it(now: datetime) -> None:
    asset = a_pending_asset()

    rename_asset(asset=asset, name="  Berlin office ", actor=DAN, now=now)

    assert Asset.objects.get().name == asset.name == "Berlin office"
    entry = last_line()
    assert (entry.verb, entry.before, entry.after) == (
        "rename",
        "BitTitan Mailbox License",
        "Berlin office",
    )


def test_a_name_that_stays_leaves_no_line(now: datetime) -> None:
    asset = a_pending_asset()
    lines = Entry.objects.count()

    rename_asset(asset=asset, name=f" {asset.name}", actor=DAN, now=now)

    assert Entry.objects.count() == lines


@pytest.mark.parametrize("name", ["", "   "])
def test_an_asset_is_not_left_without_a_name(name, now: datetime) -> None:
    asset = a_pending_asset()

    with pytest.raises(Refused, match="Give the asset a name"):
        rename_asset(asset=asset, name=name, actor=DAN, now=now)

    assert Asset.objects.get().name == "BitTitan Mailbox License"


def test_a_long_name_is_cut_to_its_column(now: datetime) -> None:
    rename_asset(asset=a_pending_asset(), name="x" * 300, actor=DAN, now=now)

    assert Asset.objects.get().name == "x" * 200


# ------------------------------------------------------------------ mend


def mend(asset: Asset, now: datetime, **changes: object) -> None:
    mend_asset(asset=asset, changes=changes, actor=DAN, now=now)


def test_a_failed_asset_is_mended_and_both_values_are_told(now: datetime) -> None:
    asset = a_failed_asset()

    mend(asset, now, external_product_id="BT-MB-2", expire_days=30)

    stored = Asset.objects.get()
    assert (stored.external_product_id, stored.expire_days) == ("BT-MB-2", 30)
    assert (asset.external_product_id, asset.expire_days) == ("BT-MB-2", 30)
    assert last_line().verb == "mend"
    assert last_line().facts == {
        "from": {"external_product_id": "BT-MAILBOX", "expire_days": "365"},
        "to": {"external_product_id": "BT-MB-2", "expire_days": "30"},
    }


def test_a_failed_asset_may_be_made_for_another_account(now: datetime) -> None:
    asset, north = a_failed_asset(), a_reseller()

    mend(asset, now, linked_account=north)

    assert Asset.objects.get().linked_account == north


@pytest.mark.parametrize(
    "field", ["quantity", "account", "key", "coupon_hash", "state"]
)
def test_what_was_agreed_is_never_mended(field, now: datetime) -> None:
    with pytest.raises(NotMendable, match="cannot be changed"):
        mend(a_failed_asset(), now, **{field: 1})


@pytest.mark.parametrize("field", ["expire_days", "validity_days"])
@pytest.mark.parametrize("days", [0, -1, 3_651])
def test_days_are_within_bounds(field, days, now: datetime) -> None:
    with pytest.raises(Refused, match="from 1 to 3650"):
        mend(a_failed_asset(), now, **{field: days})


@pytest.mark.parametrize("days", [1, 3_650])
def test_days_may_stand_on_their_bounds(days, now: datetime) -> None:
    mend(a_failed_asset(), now, validity_days=days)

    assert Asset.objects.get().validity_days == days


@pytest.mark.parametrize(
    "facts",
    [
        {"sync_status": SyncStatus.PENDING},
        {"sync_status": SyncStatus.UNCLEAR},
        {"in_doubt_since": "2030-01-15T12:00Z"},
        {"coupon_hash": "a" * 64},
    ],
    ids=["pending", "unclear", "in doubt", "with a coupon"],
)
def test_what_may_be_at_the_vendor_is_not_mended(facts, now: datetime) -> None:
    asset = a_failed_asset()
    Asset.objects.update(**facts)
    lines = Entry.objects.count()

    with pytest.raises(NotMendable, match="cannot be corrected now"):
        mend(asset, now, expire_days=30)

    assert Asset.objects.get().expire_days == 365
    assert not Asset.objects.get().is_mendable
    assert Entry.objects.count() == lines


def test_a_page_knows_what_is_mendable() -> None:
    assert a_failed_asset().is_mendable
    assert not a_pending_asset().is_mendable
    assert not a_synchronized_asset().is_mendable


# ------------------------------------------------------------------ fate


@pytest.mark.parametrize(
    ("verb", "state"),
    [("redeem", "REDEEMED"), ("expire", "EXPIRED"), ("vanish", "VANISHED")],
)
def test_the_fate_of_a_coupon_is_noted_with_its_evidence(
    verb, state, now: datetime
) -> None:
    asset = a_synchronized_asset()

    note_fate(asset=asset, verb=verb, evidence="not listed", actor=DAN, now=now)

    entry = last_line()
    assert Asset.objects.get().state == asset.state == state
    assert (entry.verb, entry.before, entry.after) == (verb, "ACTIVE", state)
    assert entry.facts == {"evidence": "not listed"}


def test_what_had_vanished_may_turn_out_to_be_redeemed(now: datetime) -> None:
    asset = a_synchronized_asset()
    for verb in ("vanish", "redeem"):
        later = now + timedelta(days=1)
        note_fate(asset=asset, verb=verb, evidence="listing", actor=DAN, now=later)

    assert Asset.objects.get().state == AssetState.REDEEMED


def test_a_fate_is_final(now: datetime) -> None:
    asset = a_synchronized_asset()
    note_fate(asset=asset, verb="redeem", evidence="listing", actor=DAN, now=now)
    lines = Entry.objects.count()

    with pytest.raises(MoveRefused):
        note_fate(asset=asset, verb="expire", evidence="date", actor=DAN, now=now)

    assert Asset.objects.get().state == AssetState.REDEEMED
    assert Entry.objects.count() == lines


# ------------------------------------------------------------------ who may see it


def test_not_yours_and_does_not_exist_are_the_same_answer() -> None:
    lea = an_end_customer()
    asset = a_pending_asset(account=lea)

    for viewer in (None, lea, lea.parent):
        assert get_asset(number=asset.number, seen_by=viewer) == asset

    for number in (asset.number, "AS-999999-1"):
        with pytest.raises(NotFound, match=f"There is no asset {number}"):
            get_asset(number=number, seen_by=an_account())
