"""Each fault: what the caller hears, and whether something was made."""

import http.client
import time

import pytest

from sandbox.bittitan.faults import FAULTS


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("unauthorized_401", (401, "unauthorized", None)),
        ("redirect_302", (302, "moved", None)),
        ("unknown_account_404", (404, "unknown_account", None)),
        ("timeout_408", (408, "timeout", None)),
        ("conflict_409", (409, "conflict", None)),
        ("invalid_422", (422, "invalid", "product")),
        ("too_many_429", (429, "too_many_requests", None)),
        ("error_500_before", (500, "internal", None)),
    ],
)
def test_a_refusal_makes_nothing_and_strikes_once(vendor, owner, fault, error) -> None:
    wish = vendor.wish("S-1")
    owner.arm(fault, next=1)

    refused = vendor.call("POST", "/v1/coupons", wish)

    assert refused.error == error
    assert owner.made() == 0
    assert owner.armed() == []
    assert vendor.call("POST", "/v1/coupons", wish).status == 201


def test_a_busy_vendor_says_when_to_come_again(vendor, owner) -> None:
    owner.arm("too_many_429", retry_after=7)

    heard = vendor.call("GET", "/v1/service-definition")

    assert heard.headers["retry-after"] == "7"


def test_a_redirect_says_where_to(vendor, owner) -> None:
    owner.arm("redirect_302")

    heard = vendor.call("GET", "/v1/service-definition")

    assert heard.headers["location"] == "/v1/elsewhere"


@pytest.mark.parametrize(
    ("fault", "made"), [("hang_up_before", 0), ("hang_up_after", 1)]
)
def test_a_hang_up_says_nothing(vendor, owner, fault, made) -> None:
    wish = vendor.wish("S-1")
    owner.arm(fault, next=1)

    with pytest.raises(http.client.RemoteDisconnected):
        vendor.call("POST", "/v1/coupons", wish)

    assert len(vendor.find("S-1")) == made


@pytest.mark.parametrize(
    ("fault", "status"),
    [("error_500_after", 500), ("error_503_after", 503), ("malformed_201", 201)],
)
def test_a_coupon_is_made_and_the_answer_does_not_say_so(
    vendor, owner, fault, status
) -> None:
    wish = vendor.wish("S-1")
    owner.arm(fault, next=1)

    heard = vendor.call("POST", "/v1/coupons", wish)

    assert heard.status == status
    (coupon,) = vendor.find("S-1")
    assert coupon["code"] not in heard.text


def test_a_malformed_answer_cannot_be_read(vendor, owner) -> None:
    owner.arm("malformed_201", call="make_coupon")

    heard = vendor.coupon()

    with pytest.raises(ValueError, match="Unterminated"):
        _ = heard.json


def test_a_gateway_answers_503_in_its_own_words(vendor, owner) -> None:
    owner.arm("error_503_after", call="make_coupon")

    assert vendor.coupon().headers["content-type"] == "text/html"


def test_another_quantity_is_made_and_told(vendor, owner) -> None:
    owner.arm("wrong_quantity_201", next=1)

    assert vendor.coupon(quantity=10).json["quantity"] == 11
    assert vendor.find()[0]["quantity"] == 11


def test_a_coupon_is_made_some_time_after_the_hang_up(
    vendor, owner, eventually
) -> None:
    wish = vendor.wish("S-1")
    owner.arm("made_later", seconds=0.3)

    with pytest.raises(http.client.RemoteDisconnected):
        vendor.call("POST", "/v1/coupons", wish)

    assert vendor.find("S-1") == []
    eventually(lambda: len(vendor.find("S-1")) == 1)
    assert owner.ledger()["coupons"][0]["origin"] == "later"


def test_an_account_is_made_some_time_after_the_hang_up(
    vendor, owner, eventually
) -> None:
    owner.arm("made_later", seconds=0.2)

    with pytest.raises(http.client.RemoteDisconnected):
        vendor.account("A-1")

    assert owner.ledger()["accounts"] == []
    eventually(lambda: len(owner.ledger()["accounts"]) == 1)


def test_an_answer_drips(vendor, owner) -> None:
    owner.arm("slow_drip", seconds=0.4, call="make_coupon")
    began = time.monotonic()

    heard = vendor.coupon()

    assert time.monotonic() - began >= 0.4
    assert heard.json["reference"] == "S-1"


@pytest.mark.parametrize(
    ("fault", "path"),
    [("latency", "/v1/service-definition"), ("slow_listing", "/v1/coupons")],
)
def test_an_answer_is_late(vendor, owner, fault, path) -> None:
    owner.arm(fault, next=1, seconds=0.3)
    began = time.monotonic()
    vendor.call("GET", path)
    late = time.monotonic()
    vendor.call("GET", path)

    assert late - began >= 0.3
    assert time.monotonic() - late < 0.3


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("duplicated_row", ["S-1", "S-2", "S-2"]),
        ("missing_row", ["S-2"]),
    ],
)
def test_a_listing_does_not_tell_the_truth(vendor, owner, fault, seen) -> None:
    vendor.coupon("S-1")
    vendor.coupon("S-2")
    owner.arm(fault, next=1)

    assert vendor.listed() == seen
    assert vendor.listed() == ["S-1", "S-2"]


def test_a_listing_fault_waits_for_a_page_with_rows(vendor, owner) -> None:
    owner.arm("missing_row", next=1)

    assert vendor.listed() == []

    assert len(owner.armed()) == 1


def test_a_coupon_is_made_and_lost(vendor, owner) -> None:
    owner.arm("lost_coupon", next=1)

    made = vendor.coupon()

    assert (made.status, made.json["status"]) == (201, "active")
    assert vendor.call("GET", f"/v1/coupons/{made.json['code']}").status == 404
    assert (vendor.find(), vendor.listed()) == ([], [])
    assert owner.ledger()["counts"]["lost"] == 1


def test_a_coupon_is_made_and_later_revoked(vendor, owner, eventually) -> None:
    owner.arm("revoked_coupon", next=1, seconds=0.3)

    made = vendor.coupon()

    assert vendor.listed() == ["S-1"]
    eventually(lambda: vendor.listed() == [])
    assert vendor.call("GET", f"/v1/coupons/{made.json['code']}").status == 404
    assert vendor.find() == []
    assert owner.ledger()["counts"]["revoked"] == 1


def test_a_cancellation_is_done_and_not_told(vendor, owner) -> None:
    code = vendor.coupon().json["code"]
    owner.arm("hang_up_after", call="cancel_coupon")

    with pytest.raises(http.client.RemoteDisconnected):
        vendor.call("DELETE", f"/v1/coupons/{code}")

    assert owner.ledger()["counts"]["cancelled"] == 1


def test_the_port_is_closed_until_the_fault_is_cleared(vendor, owner) -> None:
    owner.arm("refuse_connection")

    with pytest.raises(ConnectionRefusedError):
        vendor.call("GET", "/v1/service-definition")

    owner.clear()
    assert vendor.call("GET", "/v1/service-definition").status == 200


def test_the_port_opens_by_itself_after_some_time(vendor, owner, eventually) -> None:
    owner.arm("refuse_connection", seconds=0.3)

    with pytest.raises(ConnectionRefusedError):
        vendor.call("GET", "/v1/service-definition")

    eventually(lambda: owner.armed() == [])
    assert vendor.call("GET", "/v1/service-definition").status == 200


def test_a_kept_connection_ends_when_the_port_closes(vendor, owner) -> None:
    line = http.client.HTTPConnection(vendor.url.removeprefix("http://"), timeout=5)
    for _ in range(2):
        line.request("GET", "/v1/service-definition", headers=vendor.headers)
        assert line.getresponse().read()

    owner.arm("refuse_connection")

    assert line.sock.recv(1) == b""
    line.close()


def test_a_fault_is_meant_for_one_call(vendor, owner) -> None:
    owner.arm("error_500_before", call="find_coupon")

    assert vendor.coupon().status == 201
    assert vendor.call("GET", "/v1/coupons?reference=S-1").status == 500


def test_a_making_fault_leaves_reads_alone(vendor, owner) -> None:
    owner.arm("hang_up_after")

    assert vendor.listed() == []
    assert len(owner.armed()) == 1


def test_a_fault_after_making_waits_until_something_can_be_made(vendor, owner) -> None:
    account = vendor.any_account()
    owner.arm("hang_up_after", call="make_coupon")

    assert vendor.coupon(quantity=0, account=account).status == 422

    assert len(owner.armed()) == 1


def test_a_fault_strikes_always(vendor, owner) -> None:
    wish = vendor.wish("S-1")
    owner.arm("invalid_422", always=True)

    statuses = [vendor.call("POST", "/v1/coupons", wish).status for _ in range(4)]

    assert statuses == [422] * 4


def test_chance_is_the_same_for_the_same_seed(vendor, owner) -> None:
    def struck(seed: int) -> list[int]:
        owner.clear()
        owner.arm("timeout_408", probability=0.5, seed=seed)
        path = "/v1/service-definition"
        return [vendor.call("GET", path).status for _ in range(40)]

    first, again, other = struck(1), struck(1), struck(2)

    assert first == again != other
    assert 10 <= first.count(408) <= 30


def test_of_two_refusals_the_first_strikes_first(vendor, owner) -> None:
    owner.arm("timeout_408")
    owner.arm("too_many_429")

    statuses = [vendor.call("GET", "/v1/coupons").status for _ in range(3)]

    assert statuses == [408, 429, 200]


@pytest.mark.parametrize(
    "order",
    [
        {"fault": "earthquake"},
        {"fault": "latency", "call": "phone"},
        {"fault": "made_later", "call": "list_coupons"},
        {"fault": "latency", "next": 0},
        {"fault": "latency", "next": "all"},
        {"fault": "latency", "probability": 2},
        {"fault": "latency", "seconds": -1},
    ],
)
def test_a_senseless_fault_is_refused(owner, order) -> None:
    heard = owner.call("POST", "/sandbox/faults", order)

    assert heard.status == 400
    assert owner.armed() == []


def test_an_unknown_fault_is_refused_with_the_names(owner) -> None:
    heard = owner.call("POST", "/sandbox/faults", {"fault": "earthquake"})

    assert heard.json["error"]["names"] == list(FAULTS)
