"""A vendor that answers readably and wrongly: nothing of it may be believed."""

import json

import pytest

from purveyor.connectors.bittitan.connector import BitTitan
from purveyor.domain.provisioning.contract import (
    AccountRequest,
    ProvisionRequest,
    ServiceManager,
    VendorBlocked,
    VendorError,
    VendorRejected,
    VendorUnavailable,
    VendorUnclear,
)
from tests.support.raw_server import Server, a_server, answers

CODE = "BT-7K2M-9QXW"
API_KEY = "key-4711"
REQUEST = ProvisionRequest("AS-17", "bt-1", "BT-MAILBOX", 10, 365, 180)
NORTHWIND = AccountRequest(
    "A-3", "Northwind", "mia@north.example", "DE", {"password": "s3cret"}
)


def a_coupon(key: str = "AS-17", *, code: str = CODE) -> dict[str, object]:
    return {
        "code": code,
        "reference": key,
        "product": "BT-MAILBOX",
        "quantity": 10,
        "account": "bt-1",
        "status": "active",
    }


def an_account(key: str = "A-3") -> dict[str, object]:
    return {"id": "bt-1", "reference": key, "email": "mia@north.example", "name": "N"}


def a_page(name: str, *rows: object, then: str | None = None) -> bytes:
    return json.dumps({name: rows, "next_cursor": then}).encode()


def an_error(code: str, message: str) -> bytes:
    error = {"code": code, "message": message, "field": None}
    return json.dumps({"error": error}).encode()


def a_manager(server: Server) -> ServiceManager:
    return BitTitan.build(
        {"address": server.address, "api_key": API_KEY, "workgroup": "North"}
    )


def test_every_call_carries_the_credentials() -> None:
    body = b'{"product_types": []}'
    with a_server(answers(body)) as server:
        a_manager(server).check()

    assert b"\r\nAuthorization: Bearer key-4711\r\n" in server.requests[0]
    assert b"\r\nX-Workgroup: North\r\n" in server.requests[0]


@pytest.mark.parametrize("then", ["c1", "c2"])
def test_a_listing_that_goes_round_in_circles_ends(then: str) -> None:
    pages = (
        answers(a_page("coupons", a_coupon(), then="c1")),
        answers(a_page("coupons", a_coupon(), then="c2")),
        answers(a_page("coupons", a_coupon(), then=then)),
    )
    with a_server(*pages) as server, pytest.raises(VendorUnavailable):
        list(a_manager(server).list_assets())

    assert len(server.requests) == 3


def test_a_look_up_that_is_not_one_proves_nothing() -> None:
    everything = a_page("coupons", a_coupon("AS-16"), a_coupon("AS-17"))
    with a_server(answers(everything)) as server, pytest.raises(VendorUnavailable):
        a_manager(server).find("AS-17")


def test_a_row_that_comes_twice_is_one_coupon() -> None:
    with a_server(answers(a_page("coupons", a_coupon(), a_coupon()))) as server:
        found = a_manager(server).find("AS-17")

    assert [asset.code for asset in found] == [CODE]


def test_a_look_up_reads_all_its_pages() -> None:
    pages = (
        answers(a_page("coupons", a_coupon(), then="c1")),
        answers(a_page("coupons", a_coupon(code="BT-2"))),
    )
    with a_server(*pages) as server:
        found = a_manager(server).find("AS-17")

    assert [asset.code for asset in found] == [CODE, "BT-2"]
    assert b"?reference=AS-17&cursor=c1 " in server.requests[1]


@pytest.mark.parametrize(
    ("asked", "is_same"), [(CODE, True), ("bt7k2m9qxw", True), ("BT-0000", False)]
)
def test_another_coupon_than_the_one_asked_for_is_no_answer(
    asked: str, *, is_same: bool
) -> None:
    with a_server(answers(json.dumps(a_coupon()).encode())) as server:
        if is_same:
            found = a_manager(server).get(asked)
            assert found is not None
            assert found.code == CODE
        else:
            with pytest.raises(VendorUnavailable) as unavailable:
                a_manager(server).get(asked)
            assert CODE not in unavailable.value.message


def test_a_404_of_somebody_else_does_not_say_that_a_coupon_is_unknown() -> None:
    gateway = answers(b"<html>", status=404)
    with a_server(gateway) as server, pytest.raises(VendorUnavailable):
        a_manager(server).get(CODE)


def test_an_account_with_another_reference_is_a_doubt() -> None:
    body = json.dumps(an_account("A-4")).encode()
    with a_server(answers(body, status=201)) as server, pytest.raises(VendorUnclear):
        a_manager(server).synchronize_account(NORTHWIND)


def test_accounts_of_others_are_no_answer_to_a_look_up() -> None:
    with a_server(answers(a_page("accounts", an_account("A-4")))) as server:
        with pytest.raises(VendorUnavailable):
            a_manager(server).find_account(key="A-3")
        with pytest.raises(VendorUnavailable):
            a_manager(server).find_account(email="tom@north.example")


def test_a_mail_is_the_same_in_any_case() -> None:
    with a_server(answers(a_page("accounts", an_account()))) as server:
        (found,) = a_manager(server).find_account(email="Mia@North.example")

    assert found.external_id == "bt-1"


def test_a_look_up_of_nothing_is_our_own_mistake() -> None:
    with a_server(answers()) as server, pytest.raises(ValueError, match="Name a key"):
        a_manager(server).find_account()


def test_a_success_that_makes_no_sense_keeps_the_code_it_names() -> None:
    body = json.dumps({"code": CODE, "quantity": "many"}).encode()
    broken = answers(body, status=201)
    with a_server(broken) as server, pytest.raises(VendorUnclear) as unclear:
        a_manager(server).provision(REQUEST)

    assert unclear.value.candidate is not None
    assert unclear.value.candidate.code == CODE
    assert CODE not in f"{unclear.value!r}{unclear.value.__cause__!r}"


def test_a_page_in_front_of_the_vendor_does_not_refuse_for_it() -> None:
    gateway = answers(b"<h1>Not found</h1>", status=404)
    with a_server(gateway) as server, pytest.raises(VendorUnclear):
        a_manager(server).provision(REQUEST)


@pytest.mark.parametrize(
    ("status", "code"), [(409, "coupon_redeemed"), (422, "invalid"), (403, "forbidden")]
)
def test_a_code_that_the_vendor_repeats_is_struck_out(status: int, code: str) -> None:
    refusal = answers(an_error(code, f"Not {CODE.lower()} again."), status=status)
    with a_server(refusal) as server, pytest.raises(VendorError) as refused:
        a_manager(server).cancel(CODE)

    assert "Not ••• again" in refused.value.message


def test_secrets_that_the_vendor_repeats_are_struck_out() -> None:
    refusal = an_error("invalid", "The password s3cret of key-4711 is too short.")
    blocked = an_error("unauthorized", "There is no key-4711.")
    with a_server(answers(refusal, status=422), answers(blocked, status=403)) as server:
        with pytest.raises(VendorRejected) as rejected:
            a_manager(server).synchronize_account(NORTHWIND)
        with pytest.raises(VendorBlocked) as refused:
            a_manager(server).provision(REQUEST)

    assert rejected.value.message == (
        "BitTitan refused: The password ••• of ••• is too short."
    )
    assert refused.value.message == (
        "BitTitan refused our credentials: There is no •••. "
        "Check the API key and the workgroup."
    )
