"""BitTitan's words and ours."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purveyor.connectors.bittitan import wire
from purveyor.domain.provisioning.contract import (
    AccountRequest,
    ProvisionRequest,
    VendorAsset,
)

CODE = "BT-7K2M-9QXW-H4RT-C3VN"
REQUEST = ProvisionRequest(
    key="AS-00017",
    external_account_id="bt-1",
    external_product_id="BT-MAILBOX",
    quantity=10,
    expire_days=365,
    validity_days=180,
    label="Northwind",
)
NORTHWIND = AccountRequest(
    key="A-00003", name="Northwind", email="mia@north.example", country="DE"
)


def a_coupon(**changes: object) -> dict[str, object]:
    facts: dict[str, object] = {
        "code": CODE,
        "reference": "AS-00017",
        "product": "BT-MAILBOX",
        "quantity": 10,
        "expire_days": 365,
        "validity_days": 180,
        "label": "Northwind",
        "account": "bt-1",
        "status": "active",
        "made_at": "2030-01-15T12:00:00.250Z",
        "expires_at": "2031-01-15T12:00:00.250Z",
    }
    return facts | changes


def test_a_request_becomes_the_documented_order() -> None:
    call = wire.make_coupon(REQUEST)

    assert (call.method, call.path) == ("POST", "/v1/coupons")
    assert call.headers == {"Idempotency-Key": "AS-00017"}
    assert call.body == {
        "reference": "AS-00017",
        "product": "BT-MAILBOX",
        "quantity": 10,
        "expire_days": 365,
        "validity_days": 180,
        "label": "Northwind",
        "account": "bt-1",
    }


def test_an_account_goes_with_what_a_person_typed() -> None:
    typed = {"email": "it@north.example", "password": "s3cret"}

    plain = wire.make_account(NORTHWIND)
    with_options = wire.make_account(replace(NORTHWIND, options=typed))

    assert plain.body == {
        "reference": "A-00003",
        "email": "mia@north.example",
        "name": "Northwind",
        "country": "DE",
    }
    assert isinstance(with_options.body, dict)
    assert with_options.body.items() >= typed.items()
    assert "s3cret" not in repr(with_options)


def test_listings_and_look_ups_ask_as_documented() -> None:
    assert wire.list_coupons("").query == {"limit": 500}
    assert wire.list_coupons("c7").query == {"limit": 500, "cursor": "c7"}
    assert wire.find_coupons("AS-00017", "").query == {"reference": "AS-00017"}
    assert wire.find_accounts("", key="A-1").query == {"reference": "A-1"}
    assert wire.find_accounts("", email="a@b.example").query == {"email": "a@b.example"}


def test_a_code_stands_only_in_the_values_of_a_path() -> None:
    for call in (wire.read_coupon(CODE), wire.cancel_coupon(CODE)):
        assert call.path == "/v1/coupons/{code}"
        assert CODE not in repr(call)


def test_a_coupon_is_read_with_all_its_facts() -> None:
    assert wire.asset_from(a_coupon()) == VendorAsset(
        code=CODE,
        key="AS-00017",
        external_account_id="bt-1",
        external_product_id="BT-MAILBOX",
        quantity=10,
        made_at=datetime(2030, 1, 15, 12, 0, 0, 250_000, tzinfo=UTC),
        expires_at=datetime(2031, 1, 15, 12, 0, 0, 250_000, tzinfo=UTC),
        status="active",
        label="Northwind",
        expire_days=365,
        validity_days=180,
    )


def test_what_a_stranger_lacks_is_empty() -> None:
    names = ("reference", "account", "label", "expire_days", "made_at", "expires_at")

    asset = wire.asset_from(a_coupon(**dict.fromkeys(names)))

    assert (asset.key, asset.external_account_id, asset.label) == ("", "", "")
    assert (asset.expire_days, asset.made_at, asset.expires_at) == (None, None, None)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2030-01-15T12:00:00Z", datetime(2030, 1, 15, 12, tzinfo=UTC)),
        ("2030-01-15T14:00:00+02:00", datetime(2030, 1, 15, 12, tzinfo=UTC)),
    ],
)
def test_moments_are_read_in_utc(written: str, moment: datetime) -> None:
    made_at = wire.asset_from(a_coupon(made_at=written)).made_at

    assert made_at == moment
    assert made_at is not None
    assert made_at.tzinfo is UTC


@pytest.mark.parametrize(
    "changes",
    [
        {"code": None},
        {"code": ""},
        {"code": 4711},
        {"code": "BT 1"},
        {"code": ".."},
        {"code": "BT-\x00"},
        {"code": "B" * 501},
        {"reference": 17},
        {"product": None},
        {"quantity": None},
        {"quantity": 0},
        {"quantity": -1},
        {"quantity": 1.5},
        {"quantity": "10"},
        {"quantity": True},
        {"quantity": 10**10},
        {"expire_days": "a year"},
        {"made_at": "yesterday"},
        {"made_at": "2030-01-15T12:00:00"},
        {"made_at": 1894708800},
        {"made_at": "0001-01-01T00:00:00+14:00"},
        {"status": "pending"},
        {"status": None},
    ],
    ids=str,
)
def test_a_coupon_that_makes_no_sense_is_unreadable(changes: dict[str, object]) -> None:
    with pytest.raises(wire.Unreadable) as nonsense:
        wire.asset_from(a_coupon(**changes))

    assert f"`{next(iter(changes))}`" in str(nonsense.value)
    assert CODE not in str(nonsense.value)


@pytest.mark.parametrize("body", [None, [], "coupon", 7, {}, {"coupon": {}}])
def test_what_is_no_coupon_at_all_is_unreadable(body: object) -> None:
    with pytest.raises(wire.Unreadable):
        wire.asset_from(body)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.sampled_from(sorted(a_coupon())), anything)
def test_no_value_in_any_field_does_worse_than_unreadable(
    name: str, value: object
) -> None:
    body = a_coupon(**{name: value})
    asset: VendorAsset | None
    try:
        asset = wire.asset_from(body)
    except wire.Unreadable:
        asset = wire.candidate_from(body)

    assert asset is None or wire.is_a_code(asset.code)


def test_the_code_of_a_broken_answer_is_saved() -> None:
    saved = wire.candidate_from({"code": CODE, "quantity": "many"})

    assert saved is not None
    assert (saved.code, saved.quantity, saved.status) == (CODE, 0, "unknown")
    assert not saved.fits(REQUEST)


@pytest.mark.parametrize("body", [None, "text", {}, {"code": 7}, {"code": "two words"}])
def test_an_answer_without_a_code_leaves_no_candidate(body: object) -> None:
    assert wire.candidate_from(body) is None


def test_a_page_is_read_with_its_cursor() -> None:
    rows = [a_coupon(), a_coupon(code="BT-2")]

    page = wire.page_of_assets({"coupons": rows, "next_cursor": "c7"})
    last = wire.page_of_assets({"coupons": [], "next_cursor": None})

    assert [row.code for row in page.rows] == [CODE, "BT-2"]
    assert (page.next_cursor, last.next_cursor) == ("c7", None)


@pytest.mark.parametrize(
    "body",
    [
        {"coupons": []},
        {"coupons": [], "next_cursor": ""},
        {"coupons": [], "next_cursor": 7},
        {"coupons": {}, "next_cursor": None},
        {"next_cursor": None},
        {"coupons": [{"code": CODE}], "next_cursor": None},
    ],
    ids=["no cursor", "empty cursor", "number", "no list", "no rows", "bad row"],
)
def test_a_page_that_makes_no_sense_is_unreadable(body: object) -> None:
    with pytest.raises(wire.Unreadable):
        wire.page_of_assets(body)


def test_an_account_is_read() -> None:
    row = {"id": "bt-1", "reference": "A-3", "email": "m@n.example", "name": "N\x07W"}

    account = wire.account_from(row)

    assert (account.external_id, account.key) == ("bt-1", "A-3")
    assert (account.email, account.name) == ("m@n.example", "N W")


def test_an_account_without_an_id_is_unreadable() -> None:
    with pytest.raises(wire.Unreadable):
        wire.account_from({"id": "", "reference": "A-3"})


def test_the_service_definition_is_read() -> None:
    days = {"id": "expire_days", "name": "Expire(days)", "default": 365}
    free = {"id": "note", "name": "Note", "default": None}
    row = {"id": "BT-UMB", "name": "BitTitan User Migration Bundle"}
    body = {"product_types": [{**row, "description": "x", "properties": [days, free]}]}

    (bundle,) = wire.definition_from(body)

    assert (bundle.external_id, bundle.name) == tuple(row.values())
    assert [c.default for c in bundle.characteristics] == ["365", ""]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"product_types": [{"id": "BT-UMB", "name": "Bundle"}]},
        {"product_types": [{"id": "B", "name": "B", "properties": [{"id": "x"}]}]},
        {
            "product_types": [
                {
                    "id": "B",
                    "name": "B",
                    "properties": [{"id": "x", "name": "x", "default": True}],
                }
            ]
        },
    ],
    ids=["empty", "no properties", "no name", "default"],
)
def test_a_definition_that_makes_no_sense_is_unreadable(body: object) -> None:
    with pytest.raises(wire.Unreadable):
        wire.definition_from(body)


def test_the_documented_error_is_recognized() -> None:
    error = {"code": "invalid", "message": "Too many.", "field": "quantity"}

    assert wire.complaint_from({"error": error}) == wire.Complaint(
        "invalid", "Too many.", "quantity"
    )


@pytest.mark.parametrize(
    "body",
    [
        None,
        "Not found",
        {"error": "Not found"},
        {"error": {"code": "invalid"}},
        {"error": {"code": "invalid", "message": " "}},
        {"error": {"code": 404, "message": "Not found"}},
        {"error": {"code": "Not Found", "message": "Not found"}},
        {"message": "Not found"},
    ],
)
def test_any_other_error_is_not_documented(body: object) -> None:
    assert wire.complaint_from(body) is None


@pytest.mark.parametrize(
    "said",
    [
        f"Coupon {CODE} was redeemed.",
        f"Coupon {CODE.lower()} was redeemed.",
        f"Coupon {CODE.replace('-', '')} was redeemed.",
        f"Coupon {CODE.replace('-', ' - ')} was redeemed.",
    ],
)
def test_a_code_that_is_repeated_is_struck_out(said: str) -> None:
    complaint = wire.Complaint("coupon_redeemed", said)

    reason = wire.reason_from(complaint, secrets=("", CODE))

    assert reason == "Coupon ••• was redeemed"


def test_a_long_reason_is_one_short_line() -> None:
    complaint = wire.Complaint("invalid", "No.\n" + "very " * 100)

    reason = wire.reason_from(complaint, secrets=())

    assert reason.startswith("No. very very")
    assert len(reason) == wire.REASON_LENGTH_MAX
    assert reason.endswith("…")


@pytest.mark.parametrize(
    ("code", "is_code"),
    [
        (CODE, True),
        ("x", True),
        ("", False),
        ("a b", False),
        (".", False),
        ("a\n", False),
    ],
)
def test_what_can_be_a_code(code: str, *, is_code: bool) -> None:
    assert wire.is_a_code(code) is is_code


def test_codes_are_the_same_in_any_case_and_with_any_separators() -> None:
    assert wire.is_same_code(CODE, CODE.lower().replace("-", ""))
    assert not wire.is_same_code(CODE, CODE[:-1])
