"""Listings: in pages, whole, in order, and resumed where they stopped."""

from itertools import islice

import pytest

from purveyor.domain.provisioning.contract import ServiceManager, VendorUnavailable
from tests.contract.conftest import a_manager
from tests.support.stand_in import StandIn

COUPONS_COUNT = 1_200


@pytest.fixture
def full(vendor: StandIn) -> StandIn:
    vendor.makes_strangers(COUPONS_COUNT, reference="S", product="BT-UMB", quantity=3)
    return vendor


@pytest.fixture
def patient(vendor: StandIn) -> ServiceManager:
    return a_manager(vendor, deadline_seconds="10")


def test_all_pages_are_read_in_order(full: StandIn, patient: ServiceManager) -> None:
    listed = list(patient.list_assets())

    assert [asset.key for asset, _ in listed] == [
        f"S-{n}" for n in range(COUPONS_COUNT)
    ]
    assert {asset.quantity for asset, _ in listed} == {3}
    assert len(full.calls("list_coupons")) == 3


def test_a_stored_cursor_resumes_after_the_pages_read(
    full: StandIn, patient: ServiceManager
) -> None:
    listed = list(patient.list_assets())
    cursors = [cursor for _, cursor in listed]

    resumed = list(patient.list_assets(cursor=str(cursors[0])))

    assert cursors[0] == cursors[499] != cursors[500]
    assert set(cursors[1_000:]) == {None}
    assert resumed == listed[500:]


def test_a_page_is_read_only_when_it_is_wanted(
    full: StandIn, patient: ServiceManager
) -> None:
    listing = patient.list_assets()
    assert full.calls("list_coupons") == []

    list(islice(listing, 500))

    assert len(full.calls("list_coupons")) == 1


def test_a_row_that_comes_twice_is_passed_on(
    full: StandIn, patient: ServiceManager
) -> None:
    full.fails("duplicated_row", next=2)

    codes = [asset.code for asset, _ in patient.list_assets()]

    assert len(codes) == COUPONS_COUNT + 2
    assert len(set(codes)) == COUPONS_COUNT


def test_a_row_that_is_missing_breaks_nothing(
    full: StandIn, patient: ServiceManager
) -> None:
    full.fails("missing_row")

    assert len(list(patient.list_assets())) == COUPONS_COUNT - 1


def test_a_listing_that_breaks_off_says_so_and_can_be_resumed(
    full: StandIn, patient: ServiceManager
) -> None:
    listing = patient.list_assets()
    first_page = list(islice(listing, 500))
    full.fails("error_500_before", always=True, call="list_coupons")
    with pytest.raises(VendorUnavailable):
        next(listing)
    full.works_again()

    rest = list(patient.list_assets(cursor=str(first_page[-1][1])))

    codes = {asset.code for asset, _ in (*first_page, *rest)}
    assert len(codes) == len(first_page) + len(rest) == COUPONS_COUNT


def test_a_slow_page_ends_at_the_deadline(
    full: StandIn, manager: ServiceManager
) -> None:
    full.fails("slow_listing", always=True, seconds=1.5)

    with pytest.raises(VendorUnavailable, match="within"):
        list(manager.list_assets())


def test_a_cursor_that_makes_no_sense_is_unavailable(manager: ServiceManager) -> None:
    with pytest.raises(VendorUnavailable):
        list(manager.list_assets(cursor="nonsense"))
