"""Cancelling a coupon: what the answer says, and what the vendor's books say."""

import pytest

from purveyor.domain.provisioning.contract import (
    ProvisionRequest,
    ServiceManager,
    VendorBlocked,
    VendorError,
    VendorRejected,
    VendorUnavailable,
    VendorUnclear,
)
from tests.contract.conftest import a_manager
from tests.support.stand_in import StandIn


@pytest.fixture
def code(manager: ServiceManager, request_for_ten: ProvisionRequest) -> str:
    return manager.provision(request_for_ten).code


def test_an_unredeemed_coupon_is_cancelled(
    vendor: StandIn, manager: ServiceManager, code: str
) -> None:
    manager.cancel(code)

    assert vendor.made("AS-00017")[0]["status"] == "cancelled"


def test_a_redeemed_coupon_is_refused_without_its_code(
    vendor: StandIn, manager: ServiceManager, code: str
) -> None:
    vendor.marks(code, "redeem")

    with pytest.raises(VendorRejected) as rejected:
        manager.cancel(code)

    assert code not in f"{rejected.value!r}{rejected.value.facts}"
    assert rejected.value.facts["vendor_code"] == "coupon_redeemed"


@pytest.mark.parametrize("marking", ["expire", "lose", "revoke"])
def test_a_coupon_the_vendor_no_longer_knows_stays_a_doubt(
    vendor: StandIn, manager: ServiceManager, code: str, marking: str
) -> None:
    vendor.marks(code, marking)

    with pytest.raises(VendorUnclear):
        manager.cancel(code)


@pytest.mark.parametrize(
    ("fault", "error", "status"),
    [
        ("refuse_connection", VendorUnavailable, "active"),
        ("unauthorized_401", VendorBlocked, "active"),
        ("too_many_429", VendorUnavailable, "active"),
        ("invalid_422", VendorRejected, "active"),
        ("conflict_409", VendorUnclear, "active"),
        ("error_500_before", VendorUnclear, "active"),
        ("hang_up_before", VendorUnclear, "active"),
        ("hang_up_after", VendorUnclear, "cancelled"),
        ("error_500_after", VendorUnclear, "cancelled"),
        ("error_503_after", VendorUnclear, "cancelled"),
    ],
)
def test_a_failed_cancellation_says_truly_what_is_known(
    vendor: StandIn,
    manager: ServiceManager,
    code: str,
    fault: str,
    error: type[VendorError],
    status: str,
) -> None:
    where = {} if fault == "refuse_connection" else {"call": "cancel_coupon"}
    vendor.fails(fault, **where)

    with pytest.raises(VendorError) as failure:
        manager.cancel(code)

    assert type(failure.value) is error
    assert code not in f"{failure.value!r}{failure.value.facts}"
    assert vendor.made("AS-00017")[0]["status"] == status


@pytest.mark.parametrize("wrong", ["", "..", "two words", "x" * 501])
def test_what_can_be_no_code_is_not_even_sent(
    vendor: StandIn, manager: ServiceManager, wrong: str
) -> None:
    with pytest.raises(VendorRejected):
        manager.cancel(wrong)

    assert vendor.calls("cancel_coupon") == []


def test_a_distributor_that_may_not_cancel_sends_nothing(
    vendor: StandIn, code: str
) -> None:
    with pytest.raises(VendorRejected):
        a_manager(vendor, cancel="off").cancel(code)

    assert vendor.calls("cancel_coupon") == []
