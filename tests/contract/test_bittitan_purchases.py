"""
Every fault of the vendor when money is spent, and the one right answer to it.

`made` is what the vendor's own books say, so an answer cannot only sound right.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from purveyor.domain.provisioning.contract import (
    ProvisionRequest,
    ServiceManager,
    VendorBlocked,
    VendorError,
    VendorForgotAccount,
    VendorRejected,
    VendorUnavailable,
    VendorUnclear,
)
from tests.contract.conftest import DEADLINE_SECONDS, NORTHWIND, a_manager
from tests.support.stand_in import StandIn, eventually

SLACK_SECONDS = 1.2  # a busy machine

FAULTS: list[tuple[str, type[VendorError], bool]] = [
    ("refuse_connection", VendorUnavailable, False),
    ("unauthorized_401", VendorBlocked, False),
    ("too_many_429", VendorUnavailable, False),
    ("unknown_account_404", VendorForgotAccount, False),
    ("invalid_422", VendorRejected, False),
    ("redirect_302", VendorUnclear, False),
    ("timeout_408", VendorUnclear, False),
    ("conflict_409", VendorUnclear, False),
    ("error_500_before", VendorUnclear, False),
    ("hang_up_before", VendorUnclear, False),
    ("error_500_after", VendorUnclear, True),
    ("error_503_after", VendorUnclear, True),
    ("hang_up_after", VendorUnclear, True),
    ("malformed_201", VendorUnclear, True),
    ("slow_drip", VendorUnclear, True),
    ("latency", VendorUnclear, True),
    ("made_later", VendorUnclear, True),
]
SECONDS = {"latency": 1.0, "made_later": 0.4}


def order_for(fault: str) -> dict[str, Any]:
    return {"seconds": SECONDS[fault]} if fault in SECONDS else {}


@pytest.mark.parametrize(("fault", "error", "made"), FAULTS)
def test_a_failed_purchase_says_truly_whether_something_was_made(
    vendor: StandIn,
    manager: ServiceManager,
    request_for_ten: ProvisionRequest,
    fault: str,
    error: type[VendorError],
    *,
    made: bool,
) -> None:
    vendor.fails(fault, **order_for(fault))

    with pytest.raises(VendorError) as failure:
        manager.provision(request_for_ten)

    assert type(failure.value) is error
    vendor.works_again()
    if made:
        assert eventually(lambda: len(vendor.made("AS-00017")) == 1)
    assert len(manager.find("AS-00017")) == len(vendor.made("AS-00017")) == int(made)
    assert len(vendor.calls("make_coupon")) == int(fault != "refuse_connection")


@pytest.mark.parametrize(
    ("fault", "error", "made"),
    [row for row in FAULTS if row[0] != "unknown_account_404"],
)
def test_a_failed_synchronization_says_truly_whether_something_was_made(
    vendor: StandIn,
    manager: ServiceManager,
    fault: str,
    error: type[VendorError],
    *,
    made: bool,
) -> None:
    vendor.fails(fault, **order_for(fault))

    with pytest.raises(VendorError) as failure:
        manager.synchronize_account(NORTHWIND)

    assert type(failure.value) is error
    vendor.works_again()
    if made:
        assert eventually(lambda: len(vendor.accounts("A-00003")) == 1)
    found = manager.find_account(key="A-00003")
    assert len(found) == len(vendor.accounts("A-00003")) == int(made)


def test_a_purchase_is_made_once_with_the_facts_asked_for(
    vendor: StandIn, manager: ServiceManager, request_for_ten: ProvisionRequest
) -> None:
    made = manager.provision(request_for_ten)

    (entry,) = vendor.made("AS-00017")
    assert made.fits(request_for_ten)
    assert made.code == entry["code"]
    assert made.code not in repr(made)
    assert (made.expire_days, made.validity_days) == (365, 180)
    assert made.made_at is not None
    assert made.expires_at is not None
    assert (made.expires_at - made.made_at).days == 365
    assert entry["idempotency_key"] == "AS-00017"


def test_other_facts_than_asked_are_a_doubt_that_keeps_the_code(
    vendor: StandIn, manager: ServiceManager, request_for_ten: ProvisionRequest
) -> None:
    vendor.fails("wrong_quantity_201")

    with pytest.raises(VendorUnclear, match="differs in quantity") as unclear:
        manager.provision(request_for_ten)

    (entry,) = vendor.made("AS-00017")
    candidate = unclear.value.candidate
    assert candidate is not None
    assert (candidate.code, candidate.quantity) == (entry["code"], 11)
    assert entry["code"] not in f"{unclear.value!r}{unclear.value.facts}"


@pytest.mark.parametrize("fault", ["slow_drip", "latency"])
def test_the_deadline_is_one_for_the_whole_purchase(
    vendor: StandIn,
    manager: ServiceManager,
    request_for_ten: ProvisionRequest,
    fault: str,
) -> None:
    vendor.fails(fault, seconds=5.0 if fault == "slow_drip" else 1.0)
    started_at = time.monotonic()

    with pytest.raises(VendorUnclear):
        manager.provision(request_for_ten)

    assert time.monotonic() - started_at < DEADLINE_SECONDS + SLACK_SECONDS
    assert eventually(lambda: len(vendor.made("AS-00017")) == 1)


def test_what_is_made_later_is_found_later(
    vendor: StandIn, manager: ServiceManager, request_for_ten: ProvisionRequest
) -> None:
    vendor.fails("made_later", seconds=0.5)

    with pytest.raises(VendorUnclear):
        manager.provision(request_for_ten)

    assert manager.find("AS-00017") == ()
    assert eventually(lambda: len(manager.find("AS-00017")) == 1)


def test_a_busy_vendor_is_believed_about_when_to_come_back(
    vendor: StandIn, manager: ServiceManager, request_for_ten: ProvisionRequest
) -> None:
    vendor.fails("too_many_429", retry_after=7)

    with pytest.raises(VendorUnavailable) as busy:
        manager.provision(request_for_ten)

    assert busy.value.facts["retry_after_seconds"] == 7


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"external_account_id": "bt-nobody"}, "unknown_account"),
        ({"external_product_id": "BT-NOTHING"}, "invalid"),
        ({"external_product_id": "BT-UMB"}, "product_retired"),
        ({"quantity": 0}, "invalid"),
        ({"quantity": 501}, "insufficient_funds"),
    ],
    ids=str,
)
def test_what_the_vendor_will_not_sell_is_rejected_in_its_words(
    vendor: StandIn,
    manager: ServiceManager,
    request_for_ten: ProvisionRequest,
    wish: dict[str, Any],
    code: str,
) -> None:
    vendor.retires("BT-UMB")
    vendor.allows(licenses=500)

    with pytest.raises(VendorRejected, match=r"^BitTitan refused: ") as rejected:
        manager.provision(replace(request_for_ten, **wish))

    assert rejected.value.facts["vendor_code"] == code
    assert vendor.made("AS-00017") == []


def test_two_equal_purchases_are_two_coupons_and_both_are_found(
    manager: ServiceManager, request_for_ten: ProvisionRequest
) -> None:
    first = manager.provision(request_for_ten)
    second = manager.provision(request_for_ten)

    found = manager.find("AS-00017")

    assert {asset.code for asset in found} == {first.code, second.code}
    assert first.code != second.code


def test_a_reference_that_is_taken_is_a_doubt_and_the_look_up_ends_it(
    vendor: StandIn, manager: ServiceManager, request_for_ten: ProvisionRequest
) -> None:
    vendor.turns(unique_reference=True)
    made = manager.provision(request_for_ten)

    with pytest.raises(VendorUnclear):
        manager.provision(request_for_ten)

    assert manager.find("AS-00017") == (made,)


def test_many_workers_buy_at_once_and_each_gets_its_own(
    vendor: StandIn, manager: ServiceManager, request_for_ten: ProvisionRequest
) -> None:
    keys = [f"AS-{number}" for number in range(32)]
    patient = a_manager(vendor, deadline_seconds="10")

    with ThreadPoolExecutor(16) as threads:
        wishes = [replace(request_for_ten, key=key) for key in keys]
        made = list(threads.map(patient.provision, wishes))

    assert [asset.key for asset in made] == keys
    assert [len(vendor.made(key)) for key in keys] == [1] * 32


def test_wrong_credentials_block_and_buy_nothing(
    vendor: StandIn, request_for_ten: ProvisionRequest
) -> None:
    stranger = a_manager(vendor, api_key="key-of-eve")

    with pytest.raises(VendorBlocked, match="refused our credentials") as blocked:
        stranger.provision(request_for_ten)

    assert "key-of-eve" not in blocked.value.message
    assert vendor.made("AS-00017") == []
