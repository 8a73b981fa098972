"""The vendor's API without faults: what it makes, lists, finds and refuses."""

import re
from datetime import datetime, timedelta

import pytest

CODE = re.compile(r"BT(-[2-9A-HJ-NP-Z]{4}){4}")


def test_a_coupon_holds_what_was_asked_for(vendor) -> None:
    account = vendor.account().json

    made = vendor.coupon("S-1", account=account["id"])

    assert made.status == 201
    coupon = made.json
    assert CODE.fullmatch(coupon.pop("code"))
    made_at = datetime.fromisoformat(coupon.pop("made_at"))
    expires_at = datetime.fromisoformat(coupon.pop("expires_at"))
    assert expires_at - made_at == timedelta(days=365)
    assert coupon == {
        "reference": "S-1",
        "product": "BT-MAILBOX",
        "quantity": 10,
        "expire_days": 365,
        "validity_days": 180,
        "label": "Mailboxes of Northwind",
        "account": account["id"],
        "status": "active",
    }


def test_an_account_is_made_and_its_password_is_not_kept(vendor, owner) -> None:
    made = vendor.account("A-7", password="hush-hush")

    assert made.status == 201
    assert made.json["id"].startswith("bt-")
    assert made.json.keys() == {"id", "reference", "email", "name", "created_at"}
    assert "hush-hush" not in owner.call("GET", "/sandbox/ledger").text


def test_accounts_are_found_by_reference_and_by_email(vendor) -> None:
    vendor.account("A-1", email="mia@north.example")
    vendor.account("A-2", email="dan@south.example")

    by_reference = vendor.call("GET", "/v1/accounts?reference=A-2").json
    by_email = vendor.call("GET", "/v1/accounts?email=MIA@north.example").json

    assert [a["email"] for a in by_reference["accounts"]] == ["dan@south.example"]
    assert [a["reference"] for a in by_email["accounts"]] == ["A-1"]


@pytest.mark.parametrize("name", ["accounts", "coupons"])
def test_a_listing_is_read_page_by_page_in_the_order_of_making(vendor, name) -> None:
    for number in range(5):
        vendor.account(f"X-{number}")
        vendor.coupon(f"X-{number}")

    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = vendor.call("GET", f"/v1/{name}?cursor={cursor}&limit=2").json
        assert len(page[name]) <= 2
        seen += [row["reference"] for row in page[name]]
        cursor = page["next_cursor"]

    assert seen == [f"X-{number}" for number in range(5)]


def test_what_is_made_while_listing_is_on_a_later_page(vendor) -> None:
    for number in range(3):
        vendor.coupon(f"S-{number}")
    first = vendor.call("GET", "/v1/coupons?limit=2").json

    vendor.coupon("S-late")
    second = vendor.call("GET", f"/v1/coupons?cursor={first['next_cursor']}").json

    assert [c["reference"] for c in second["coupons"]] == ["S-2", "S-late"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "cursor=!"])
def test_a_senseless_page_is_refused(vendor, query) -> None:
    heard = vendor.call("GET", f"/v1/coupons?{query}")

    assert heard.error == (400, "bad_request", None)


def test_the_service_definition_names_both_product_types(vendor) -> None:
    types = vendor.call("GET", "/v1/service-definition").json["product_types"]

    assert [(t["id"], t["name"]) for t in types] == [
        ("BT-MAILBOX", "BitTitan Mailbox License"),
        ("BT-UMB", "BitTitan User Migration Bundle"),
    ]
    assert types[0]["properties"] == [
        {"id": "expire_days", "name": "Expire(days)", "default": 365},
        {"id": "validity_days", "name": "Validity(days)", "default": 365},
    ]


def test_a_coupon_is_cancelled_once(vendor, owner) -> None:
    code = vendor.coupon().json["code"]

    assert vendor.call("DELETE", f"/v1/coupons/{code}").status == 204
    again = vendor.call("DELETE", f"/v1/coupons/{code}")

    assert again.error == (404, "unknown_coupon", None)
    assert owner.ledger()["counts"]["cancelled"] == 1
    assert vendor.listed() == []


def test_a_redeemed_coupon_cannot_be_cancelled(vendor, owner) -> None:
    code = vendor.coupon().json["code"]
    owner.mark(code, "redeem")

    heard = vendor.call("DELETE", f"/v1/coupons/{code}")

    assert heard.error == (409, "coupon_redeemed", None)


@pytest.mark.parametrize("marking", ["redeem", "expire", "revoke", "lose"])
def test_what_is_spent_or_gone_is_neither_listed_nor_known(
    vendor, owner, marking
) -> None:
    code = vendor.coupon().json["code"]
    assert vendor.call("GET", f"/v1/coupons/{code}").status == 200

    assert owner.mark(code, marking).status == 200

    assert vendor.listed() == []
    by_code = vendor.call("GET", f"/v1/coupons/{code}")
    assert by_code.error == (404, "unknown_coupon", None)


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"account": "bt-nobody"}, (404, "unknown_account", None)),
        ({"product": "BT-NONE"}, (422, "invalid", "product")),
        ({"quantity": 0}, (422, "invalid", "quantity")),
        ({"quantity": 10_001}, (422, "invalid", "quantity")),
        ({"quantity": 1.5}, (422, "invalid", "quantity")),
        ({"quantity": True}, (422, "invalid", "quantity")),
        ({"expire_days": 0}, (422, "invalid", "expire_days")),
        ({"validity_days": "365"}, (422, "invalid", "validity_days")),
        ({"reference": ""}, (422, "invalid", "reference")),
        ({"label": "x" * 201}, (422, "invalid", "label")),
    ],
)
def test_a_coupon_that_makes_no_sense_is_refused(vendor, owner, facts, error) -> None:
    assert vendor.coupon(**facts).error == error
    assert owner.made() == 0


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"email": "mia"}, "email"),
        ({"country": "DEU"}, "country"),
        ({"name": " "}, "name"),
    ],
)
def test_an_account_that_makes_no_sense_is_refused(vendor, facts, field) -> None:
    assert vendor.account(**facts).error == (422, "invalid", field)


@pytest.mark.parametrize("body", ["{", "[]", "5"])
def test_a_body_that_is_no_object_is_refused(vendor, body) -> None:
    assert vendor.call("POST", "/v1/coupons", body).error == (400, "bad_request", None)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer wrong"},
        {"Authorization": ""},
        {"X-Workgroup": "other"},
    ],
)
def test_wrong_credentials_are_refused(vendor, headers) -> None:
    heard = vendor.call("GET", "/v1/service-definition", **headers)

    assert heard.error == (401, "unauthorized", None)


def test_the_balance_ends_and_a_cancelled_coupon_returns_to_it(vendor, owner) -> None:
    owner.call("PUT", "/sandbox/balance", {"licenses": 15})
    code = vendor.coupon("S-1").json["code"]
    assert vendor.coupon("S-2").error == (402, "insufficient_funds", None)

    vendor.call("DELETE", f"/v1/coupons/{code}")

    assert vendor.coupon("S-2").status == 201
    owner.call("PUT", "/sandbox/balance", {"licenses": None})
    assert vendor.coupon("S-3", quantity=10_000).status == 201


def test_a_retired_product_is_no_longer_sold(vendor, owner) -> None:
    owner.call("PUT", "/sandbox/products", {"BT-UMB": False})

    assert vendor.coupon(product="BT-UMB").error == (410, "product_retired", None)
    types = vendor.call("GET", "/v1/service-definition").json["product_types"]
    assert [t["id"] for t in types] == ["BT-MAILBOX"]


def test_an_unknown_call_is_not_found(vendor) -> None:
    assert vendor.call("PUT", "/v1/coupons").error == (404, "not_found", None)
