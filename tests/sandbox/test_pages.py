"""The pages: overview, portal and ledger, all with plain forms."""

import re

import pytest


def test_a_coupon_is_checked_and_applied_in_the_portal(vendor, owner) -> None:
    code = vendor.coupon(quantity=7).json["code"]

    checked = owner.post_form("/portal/check", codes=f" {code.lower()} ").text
    applied = owner.post_form("/portal/apply", codes=code)
    after = owner.call("GET", applied.headers["location"]).text

    assert "BitTitan Mailbox License" in checked
    assert '<span class="mark active">active</span>' in checked
    assert "7 licenses are now in this workgroup." in after
    assert code in after
    assert owner.ledger()["counts"]["redeemed"] == 1


def test_a_coupon_is_applied_once(vendor, owner) -> None:
    code = vendor.coupon().json["code"]
    owner.post_form("/portal/apply", codes=code)

    again = owner.post_form("/portal/apply", codes=code)

    assert again.headers["location"] == "/portal?applied=0"
    checked = owner.post_form("/portal/check", codes=code).text
    assert "Nothing here can be applied." in checked
    assert '<span class="mark redeemed">redeemed</span>' in checked


def test_several_coupons_are_checked_at_once(vendor, owner) -> None:
    good = vendor.coupon("S-1").json["code"]
    lost = vendor.coupon("S-2").json["code"]
    owner.mark(lost, "lose")

    checked = owner.post_form("/portal/check", codes=f"{good} {lost} BT-<b>").text

    assert checked.count('<span class="mark active">') == 1
    assert checked.count('<span class="mark unknown">') == 2
    assert "BT-&lt;B&gt;" in checked
    assert f'name="codes" value="{good}"' in checked


def test_the_overview_arms_and_clears_faults(owner) -> None:
    owner.post_form("/faults/arm", fault="hang_up_after")
    order = {"call": "find_coupon", "next": "3", "seconds": "0.5"}
    owner.post_form("/faults/arm", fault="latency", **order)

    first, second = owner.armed()
    assert (first["fault"], first["left"]) == ("hang_up_after", 1)
    assert (second["call"], second["left"], second["seconds"]) == (
        "find_coupon",
        3,
        0.5,
    )
    assert "next 3" in owner.call("GET", "/").text

    owner.post_form("/faults/clear")

    assert owner.armed() == []
    assert "No fault is armed" in owner.call("GET", "/").text


def test_the_vendor_down_button_closes_the_port(vendor, owner) -> None:
    owner.post_form("/faults/arm", fault="refuse_connection")

    with pytest.raises(ConnectionRefusedError):
        vendor.call("GET", "/v1/coupons")

    assert "until cleared" in owner.call("GET", "/").text


def test_the_overview_turns_features_and_sets_the_balance(vendor, owner) -> None:
    owner.post_form("/features", feature="lists_spent", turn="on")
    owner.post_form("/balance", licenses="5")

    assert owner.call("GET", "/sandbox/features").json["lists_spent"] is True
    assert vendor.coupon(quantity=6).status == 402
    owner.post_form("/balance", licenses="")
    assert owner.call("GET", "/sandbox/balance").json == {"licenses": None}


def test_a_senseless_form_is_refused_with_the_page(owner) -> None:
    for path, fields in (
        ("/faults/arm", {"fault": "earthquake"}),
        ("/faults/arm", {"fault": "latency", "seconds": "long"}),
        ("/features", {"feature": "telepathy", "turn": "on"}),
        ("/balance", {"licenses": "-1"}),
    ):
        heard = owner.post_form(path, **fields)
        assert (heard.status, "notice bad" in heard.text) == (400, True), path


def test_the_ledger_page_marks_a_coupon_and_pages_back(vendor, owner) -> None:
    made = vendor.coupon("S-named").json
    owner.post_form("/ledger", code=made["code"], marking="expire")
    owner.call("POST", "/sandbox/coupons", {"count": 60})

    newest = owner.call("GET", "/ledger").text
    link = re.search(r"/ledger\?before=\d+", newest)
    assert link is not None
    older = owner.call("GET", link.group()).text

    assert made["code"] not in newest
    assert made["code"] in older
    assert '<span class="mark expired">expired</span>' in older


def test_a_label_cannot_become_html(vendor, owner) -> None:
    vendor.coupon("<script>alert(1)</script>")

    for path in ("/", "/ledger"):
        text = owner.call("GET", path).text
        assert "&lt;script&gt;" in text
        assert "<script" not in text


def test_no_page_asks_anybody_else(vendor, owner, postbox) -> None:
    vendor.coupon()
    postbox.send()

    for path in ("/", "/portal", "/inbox", "/ledger", "/style.css"):
        heard = owner.call("GET", path)
        assert heard.status == 200
        assert "//" not in heard.text.replace(f"{vendor.url}", "").replace(
            owner.url, ""
        )


def test_another_site_cannot_press_the_buttons(owner) -> None:
    heard = owner.call("POST", "/faults/clear", Origin="http://evil.example")

    assert heard.status == 403
    assert owner.call("POST", "/faults/clear", Origin=owner.url).status == 303


def test_a_page_that_is_not_there(owner) -> None:
    assert owner.call("GET", "/nowhere").status == 404
