"""Reads: they answer, or they say that nobody answered. They never say "nothing"."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from purveyor.domain.provisioning.contract import (
    ProvisionRequest,
    ServiceManager,
    VendorBlocked,
    VendorError,
    VendorUnavailable,
)
from tests.contract.conftest import DEADLINE_SECONDS, NORTHWIND, a_manager
from tests.support.stand_in import StandIn

SLACK_SECONDS = 1.2

READS: dict[str, Callable[[ServiceManager], object]] = {
    "find_coupon": lambda manager: manager.find("AS-00017"),
    "get_coupon": lambda manager: manager.get("BT-7K2M-9QXW-H4RT-C3VN"),
    "list_coupons": lambda manager: list(manager.list_assets()),
    "find_account": lambda manager: manager.find_account(key="A-00003"),
    "list_accounts": lambda manager: list(manager.list_accounts()),
    "service_definition": lambda manager: manager.check(),
}


@pytest.mark.parametrize("call", READS)
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("unauthorized_401", VendorBlocked),
        ("redirect_302", VendorUnavailable),
        ("timeout_408", VendorUnavailable),
        ("conflict_409", VendorUnavailable),
        ("unknown_account_404", VendorUnavailable),
        ("invalid_422", VendorUnavailable),
        ("too_many_429", VendorUnavailable),
    ],
)
def test_a_read_that_is_refused_is_only_unavailable(
    vendor: StandIn,
    manager: ServiceManager,
    fault: str,
    error: type[VendorError],
    call: str,
) -> None:
    vendor.fails(fault, always=True, call=call)

    with pytest.raises(VendorError) as failure:
        READS[call](manager)

    assert type(failure.value) is error


@pytest.mark.parametrize("fault", ["error_500_before", "hang_up_before", "slow_drip"])
def test_a_read_that_breaks_keeps_its_deadline(
    vendor: StandIn, manager: ServiceManager, fault: str
) -> None:
    vendor.fails(fault, always=True, call="find_coupon")
    started_at = time.monotonic()

    with pytest.raises(VendorUnavailable):
        manager.find("AS-00017")

    assert time.monotonic() - started_at < DEADLINE_SECONDS + SLACK_SECONDS


def test_a_vendor_that_is_not_there_is_unavailable(
    vendor: StandIn, manager: ServiceManager
) -> None:
    vendor.fails("refuse_connection")

    with pytest.raises(VendorUnavailable, match="was not reached"):
        manager.check()


@pytest.mark.parametrize(
    "fault", ["error_500_before", "hang_up_before", "too_many_429"]
)
def test_a_read_is_repeated_after_a_passing_fault(
    vendor: StandIn, manager: ServiceManager, fault: str
) -> None:
    order = {"retry_after": 0} if fault == "too_many_429" else {}
    vendor.fails(fault, call="find_coupon", **order)

    assert manager.find("AS-00017") == ()
    assert len(vendor.calls("find_coupon")) == 2


def test_the_check_says_which_credentials_are_wrong(vendor: StandIn) -> None:
    a_manager(vendor).check()

    for wrong in ({"api_key": "key-of-eve"}, {"workgroup": "South"}):
        with pytest.raises(VendorBlocked, match="Check the API key and the workgroup"):
            a_manager(vendor, **wrong).check()


def test_another_address_is_unavailable_and_not_an_answer(vendor: StandIn) -> None:
    lost = a_manager(vendor, address=f"{vendor.api_url}/elsewhere")

    with pytest.raises(VendorUnavailable):
        lost.get("BT-7K2M-9QXW-H4RT-C3VN")
    with pytest.raises(VendorUnavailable):
        lost.check()


def test_the_product_types_have_both_spans_of_days(manager: ServiceManager) -> None:
    found = {each.external_id: each for each in manager.services_definition()}

    assert {each.name for each in found.values()} == {
        "BitTitan Mailbox License",
        "BitTitan User Migration Bundle",
    }
    for each in found.values():
        spans = [(c.name, c.default) for c in each.characteristics]
        assert spans == [("Expire(days)", "365"), ("Validity(days)", "365")]


def test_a_coupon_is_known_by_its_code_until_it_is_spent(
    vendor: StandIn, manager: ServiceManager, request_for_ten: ProvisionRequest
) -> None:
    made = manager.provision(request_for_ten)

    assert manager.get(made.code) == made
    vendor.marks(made.code, "redeem")
    assert manager.get(made.code) is None
    (found,) = manager.find("AS-00017")
    assert replace(found, status="active") == made
    assert found.status == "redeemed"


def test_a_vendor_that_lists_spent_coupons_also_answers_for_them(
    vendor: StandIn, manager: ServiceManager, request_for_ten: ProvisionRequest
) -> None:
    vendor.turns(lists_spent=True)
    made = manager.provision(request_for_ten)
    vendor.marks(made.code, "redeem")

    found = manager.get(made.code)

    assert found is not None
    assert found.status == "redeemed"
    assert [asset.status for asset, _ in manager.list_assets()] == ["redeemed"]


@pytest.mark.parametrize("fault", ["lost_coupon", "revoked_coupon"])
def test_what_the_vendor_forgets_is_unknown_and_not_an_error(
    vendor: StandIn,
    manager: ServiceManager,
    request_for_ten: ProvisionRequest,
    fault: str,
) -> None:
    vendor.fails(fault, seconds=0.0)

    made = manager.provision(request_for_ten)

    assert manager.get(made.code) is None
    assert manager.find("AS-00017") == ()


@pytest.mark.parametrize("code", ["", ".", "..", "two words", "a/b?c#d%2e", "ключ"])
def test_a_code_that_a_person_mistyped_is_unknown(
    manager: ServiceManager, code: str
) -> None:
    assert manager.get(code) is None


def test_a_vendor_that_cannot_look_up_by_reference_says_so(
    vendor: StandIn, manager: ServiceManager
) -> None:
    vendor.turns(lookup_by_reference=False)

    with pytest.raises(VendorUnavailable):
        manager.find("AS-00017")


def test_an_account_is_found_by_key_and_by_mail(manager: ServiceManager) -> None:
    made = manager.synchronize_account(NORTHWIND)

    assert (made.key, made.email) == ("A-00003", "mia@north.example")
    assert manager.find_account(key="A-00003") == (made,)
    assert manager.find_account(email="mia@north.example") == (made,)
    assert manager.find_account(key="A-99999") == ()
    assert list(manager.list_accounts()) == [made]
