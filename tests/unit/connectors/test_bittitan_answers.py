"""What BitTitan's answers mean for money."""

import pytest

from purveyor.connectors.bittitan import answers, wire
from purveyor.domain.provisioning.contract import (
    ProvisionRequest,
    VendorAsset,
    VendorBlocked,
    VendorError,
    VendorRedeemed,
    VendorRejected,
    VendorUnavailable,
    VendorUnclear,
)
from purveyor.kernel.http import Answer, NoAnswer, NotSent

CODE = "BT-7K2M-9QXW"
SAYS_NO = {"error": {"code": "invalid", "message": f"No {CODE}.", "field": "quantity"}}
PATH = "/v1/coupons"


def an_answer(status: int, body: object = None, **headers: str) -> Answer:
    return Answer(status, headers, body, is_readable=body is not None)


@pytest.mark.parametrize("status", [400, 402, 404, 410, 422])
def test_only_a_documented_refusal_proves_that_nothing_was_made(status: int) -> None:
    documented = answers.failed_write(an_answer(status, SAYS_NO), path=PATH, secrets=())
    gateway = answers.failed_write(an_answer(status), path=PATH, secrets=())

    assert type(documented) is VendorRejected
    assert type(gateway) is VendorUnclear


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, VendorBlocked),
        (403, VendorBlocked),
        (429, VendorUnavailable),
        (301, VendorUnclear),
        (302, VendorUnclear),
        (405, VendorUnclear),
        (408, VendorUnclear),
        (409, VendorUnclear),
        (418, VendorUnclear),
        (500, VendorUnclear),
        (502, VendorUnclear),
        (503, VendorUnclear),
        (504, VendorUnclear),
        (101, VendorUnclear),
    ],
)
@pytest.mark.parametrize("body", [None, SAYS_NO], ids=["no words", "words"])
def test_each_status_has_one_meaning_for_a_write(
    status: int, error: type[VendorError], body: object
) -> None:
    found = answers.failed_write(an_answer(status, body), path=PATH, secrets=())

    assert type(found) is error


def test_a_refusal_repeats_the_vendors_words_without_the_code() -> None:
    rejected = answers.failed_write(an_answer(422, SAYS_NO), path=PATH, secrets=(CODE,))

    assert rejected.message == "BitTitan refused: No •••."
    assert rejected.facts == {
        "status": 422,
        "path": PATH,
        "vendor_code": "invalid",
        "vendor_field": "quantity",
    }


def test_a_doubt_repeats_no_words_since_they_may_name_what_was_made() -> None:
    unclear = answers.failed_write(an_answer(409, SAYS_NO), path=PATH, secrets=())

    assert CODE not in unclear.message


def test_a_busy_vendor_says_when_to_come_back() -> None:
    busy = answers.failed_write(
        an_answer(429, SAYS_NO, **{"retry-after": "30"}), path=PATH, secrets=()
    )

    assert busy.facts["retry_after_seconds"] == 30


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (409, "coupon_redeemed", VendorRedeemed),
        (409, "conflict", VendorUnclear),
        (404, "unknown_coupon", VendorUnclear),
        (400, "bad_request", VendorRejected),
        (401, "unauthorized", VendorBlocked),
        (429, "too_many_requests", VendorUnavailable),
        (500, "internal", VendorUnclear),
    ],
)
def test_a_coupon_that_cannot_be_cancelled(
    status: int, code: str, error: type[VendorError]
) -> None:
    body = {"error": {"code": code, "message": f"{CODE} is gone.", "field": None}}

    found = answers.failed_cancel(an_answer(status, body), path=PATH, secrets=(CODE,))

    assert type(found) is error
    assert CODE not in found.message


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, VendorUnavailable),
        (400, VendorUnavailable),
        (401, VendorBlocked),
        (403, VendorBlocked),
        (404, VendorUnavailable),
        (429, VendorUnavailable),
        (500, VendorUnavailable),
    ],
)
def test_a_read_that_fails_is_only_unavailable(
    status: int, error: type[VendorError]
) -> None:
    found = answers.failed_read(an_answer(status, SAYS_NO), path=PATH, secrets=(CODE,))

    assert type(found) is error
    assert CODE not in found.message


def test_not_sent_and_not_answered_are_different_facts_about_money() -> None:
    not_sent = NotSent("The server was not reached.", reason="its name is not known")
    no_answer = NoAnswer("No whole answer came.", reason="no answer within 1 seconds")

    assert type(answers.unanswered_write(not_sent, path=PATH)) is VendorUnavailable
    assert type(answers.unanswered_write(no_answer, path=PATH)) is VendorUnclear
    assert type(answers.not_reached(no_answer, path=PATH)) is VendorUnavailable
    assert "its name is not known" in answers.not_reached(not_sent, path=PATH).message


def test_a_misfit_says_in_what_and_keeps_the_coupon_out_of_its_words() -> None:
    request = ProvisionRequest("AS-1", "bt-1", "BT-UMB", 10, 365, 365)
    made = VendorAsset(CODE, "AS-1", "bt-1", "BT-MAILBOX", 9, None, None)

    unclear = answers.misfit(made, request, path=PATH)

    assert unclear.candidate is made
    assert "it differs in product, quantity." in unclear.message
    assert CODE not in f"{unclear.message}{unclear.facts}{unclear!r}"


def test_nonsense_after_a_write_is_a_doubt_and_after_a_read_none() -> None:
    nonsense = wire.Unreadable("`quantity` is missing.")

    assert type(answers.unreadable_write(nonsense, path=PATH)) is VendorUnclear
    assert type(answers.unreadable_read(nonsense, path=PATH)) is VendorUnavailable
