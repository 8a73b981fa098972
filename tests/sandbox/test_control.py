"""The control interface: ledger, calls, strangers, reset."""

import time

import pytest


def test_the_ledger_keeps_everything_ever_made(vendor, owner) -> None:
    codes = [vendor.coupon(f"S-{n}", quantity=n).json["code"] for n in (1, 2, 3, 4)]
    for code, marking in zip(codes, ("redeem", "revoke", "lose"), strict=False):
        owner.mark(code, marking)

    ledger = owner.ledger()

    assert [row["code"] for row in ledger["coupons"]] == codes
    marks = [row["status"] for row in ledger["coupons"]]
    assert marks == ["redeemed", "revoked", "lost", "active"]
    assert ledger["coupons"][0]["redeemed_at"] is not None
    assert ledger["counts"] == {
        "coupons": 4,
        "licenses": 10,
        "active": 1,
        "redeemed": 1,
        "expired": 0,
        "cancelled": 0,
        "revoked": 1,
        "lost": 1,
        "strangers": 0,
        "made_twice": 0,
        "accounts": 1,
    }


def test_the_ledger_is_read_in_pages_and_by_reference(vendor, owner) -> None:
    for number in range(3):
        vendor.coupon(f"S-{number}")

    first = owner.call("GET", "/sandbox/ledger?limit=2").json
    rest = owner.call("GET", f"/sandbox/ledger?after={first['next_after']}").json
    one = owner.call("GET", "/sandbox/ledger?reference=S-1").json

    assert len(first["coupons"]) == 2
    assert [row["reference"] for row in rest["coupons"]] == ["S-2"]
    assert rest["next_after"] is None
    assert [row["reference"] for row in one["coupons"]] == ["S-1"]


def test_calls_are_written_down_without_codes(vendor, owner) -> None:
    made = vendor.coupon("S-1").json
    vendor.call("GET", f"/v1/coupons/{made['code']}")

    heard = owner.call("GET", "/sandbox/calls")

    *_, make, get = heard.json["calls"]
    assert (make["call"], make["method"], make["path"]) == (
        "make_coupon",
        "POST",
        "/v1/coupons",
    )
    assert (make["reference"], make["outcome"], make["faults"]) == ("S-1", "201", [])
    assert get["path"] == "/v1/coupons/{code}"
    assert make["started_at"] <= make["ended_at"] <= get["started_at"]
    assert made["code"] not in heard.text


def test_a_call_names_the_fault_that_struck_it(vendor, owner) -> None:
    wish = vendor.wish("S-1")
    owner.arm("timeout_408", call="make_coupon")
    vendor.call("POST", "/v1/coupons", wish)

    (call,) = owner.call("GET", "/sandbox/calls?call=make_coupon").json["calls"]

    assert (call["outcome"], call["faults"]) == ("408", ["timeout_408"])


def test_a_stranger_is_listed_and_has_no_reference(vendor, owner) -> None:
    body = {"product": "BT-UMB", "quantity": 3, "label": "bought by phone"}

    made = owner.call("POST", "/sandbox/coupons", body).json

    listed = vendor.call("GET", "/v1/coupons").json["coupons"]
    assert [coupon["code"] for coupon in listed] == [made["code"]]
    assert (listed[0]["reference"], listed[0]["quantity"]) == ("", 3)
    assert owner.ledger()["counts"]["strangers"] == 1


def test_many_strangers_are_listed_to_the_last(vendor, owner) -> None:
    owner.call("POST", "/sandbox/coupons", {"count": 1201, "reference": "S"})

    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = vendor.call("GET", f"/v1/coupons?cursor={cursor}&limit=500").json
        seen += [coupon["reference"] for coupon in page["coupons"]]
        cursor = page["next_cursor"]

    assert seen == [f"S-{number}" for number in range(1201)]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/sandbox/coupons", {"product": "BT-NONE"}, 400),
        ("POST", "/sandbox/coupons", {"quantity": 0}, 400),
        ("POST", "/sandbox/coupons/BT-NONE/redeem", None, 404),
        ("POST", "/sandbox/coupons/BT-NONE/lose", None, 404),
        ("POST", "/sandbox/coupons/BT-NONE/eat", None, 400),
        ("PUT", "/sandbox/balance", {"licenses": -1}, 400),
        ("PUT", "/sandbox/balance", {}, 400),
        ("PUT", "/sandbox/products", {"BT-NONE": True}, 400),
        ("POST", "/sandbox/faults", "{", 400),
        ("GET", "/sandbox/ledger?after=x", None, 400),
        ("GET", "/sandbox/nothing", None, 404),
    ],
)
def test_a_senseless_order_is_refused(owner, method, path, body, status) -> None:
    assert owner.call(method, path, body).status == status


def test_a_coupon_is_redeemed_once(vendor, owner) -> None:
    code = vendor.coupon().json["code"]

    assert owner.mark(code, "redeem").status == 200
    assert owner.mark(code, "redeem").status == 409


def test_a_reset_leaves_no_late_call_behind(vendor, owner) -> None:
    """Else it would take the fault that the next story arms."""
    owner.arm("latency", seconds=0.4)
    vendor.call_and_go("/v1/coupons?reference=S-1")

    owner.call("POST", "/sandbox/reset")
    owner.arm("timeout_408")
    time.sleep(0.5)

    assert [fault["fault"] for fault in owner.armed()] == ["timeout_408"]
    assert owner.call("GET", "/sandbox/calls").json["calls"] == []


def test_reset_forgets_everything_and_opens_the_port(vendor, owner, postbox) -> None:
    vendor.coupon()
    postbox.send()
    owner.turn(lists_spent=True)
    owner.arm("refuse_connection")

    owner.call("POST", "/sandbox/reset")

    assert owner.made() == 0
    assert owner.mails() == []
    assert owner.call("GET", "/sandbox/features").json["lists_spent"] is False
    assert vendor.listed() == []
