"""Each feature, on and off."""

import pytest

DEFAULTS = {
    "lookup_by_reference": True,
    "lookup_finds_spent": True,
    "unique_reference": False,
    "idempotency_key": False,
    "lists_spent": False,
}


def test_the_features_start_as_the_vendor_is_assumed_to_be(owner) -> None:
    assert owner.call("GET", "/sandbox/features").json == DEFAULTS


def test_a_vendor_may_not_look_up_by_reference(vendor, owner) -> None:
    vendor.coupon()
    assert len(vendor.find()) == 1

    owner.turn(lookup_by_reference=False)

    heard = vendor.call("GET", "/v1/coupons?reference=S-1")
    assert heard.error == (400, "bad_request", None)


@pytest.mark.parametrize(
    ("path", "marking", "status"),
    [("redeem", "redeem", "redeemed"), ("expire", "expire", "expired")],
)
def test_a_look_up_finds_spent_coupons_or_not(
    vendor, owner, path, marking, status
) -> None:
    code = vendor.coupon().json["code"]
    owner.mark(code, marking)
    assert [coupon["status"] for coupon in vendor.find()] == [status]

    owner.turn(lookup_finds_spent=False)

    assert vendor.find() == []


def test_a_look_up_finds_a_cancelled_coupon_as_such(vendor) -> None:
    code = vendor.coupon().json["code"]
    vendor.call("DELETE", f"/v1/coupons/{code}")

    assert [coupon["status"] for coupon in vendor.find()] == ["cancelled"]


def test_a_reference_may_be_used_twice_unless_it_is_unique(vendor, owner) -> None:
    assert vendor.coupon().json["code"] != vendor.coupon().json["code"]
    assert owner.ledger()["counts"]["made_twice"] == 1

    owner.turn(unique_reference=True)

    assert vendor.coupon().error == (409, "reference_in_use", "reference")
    assert vendor.account("A-1").error == (409, "reference_in_use", "reference")
    assert owner.made() == 2


def test_an_idempotency_key_gets_the_same_coupon_again(vendor, owner) -> None:
    owner.turn(idempotency_key=True)

    first, second = vendor.coupon(), vendor.coupon()

    assert (first.status, second.status) == (201, 201)
    assert first.json == second.json
    assert owner.made() == 1


def test_a_vendor_may_list_spent_coupons(vendor, owner) -> None:
    code = vendor.coupon().json["code"]
    owner.mark(code, "redeem")
    assert vendor.listed() == []

    owner.turn(lists_spent=True)

    assert vendor.listed() == ["S-1"]
    assert vendor.call("GET", f"/v1/coupons/{code}").json["status"] == "redeemed"


@pytest.mark.parametrize("body", [{"telepathy": True}, {"lists_spent": "on"}, {}])
def test_a_senseless_switch_is_refused_with_the_names(owner, body) -> None:
    heard = owner.call("PUT", "/sandbox/features", body)

    assert heard.status == 400
    assert heard.json["error"]["names"] == list(DEFAULTS)
