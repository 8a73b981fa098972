"""Billing > Assets: what was bought, the coupon code, and what can be done with it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from purveyor.domain.accounts.models import Account, MemberRole
from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.revealing import REVEALS_MAX
from purveyor.domain.notifications.models import Message
from purveyor.domain.notifications.operations import write_welcome
from purveyor.domain.notifications.rules import establish_notifications
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.assets import a_failed_asset, a_pending_asset, a_synchronized_asset
from tests.factories.members import a_visitor
from tests.factories.moments import NOON
from tests.factories.orders import an_execution
from tests.support.shopping import page

CODE = "BT-TEST-0000-0000-CASH"


@pytest.fixture(autouse=True)
def _mails(db: None) -> None:
    establish_notifications()


def numbers_on(text: str) -> list[str]:
    """Return the assets of a list, in its order."""
    return re.findall(r'href="/assets/(AS-[^/"]+)/"', text)


# ------------------------------------------------------------------ the list


def test_the_list_tells_what_was_bought() -> None:
    asset = a_synchronized_asset()
    client = a_visitor(account=asset.account)

    shown = page(client, "/assets/")

    assert numbers_on(shown) == [asset.number]
    assert "Ready to redeem" in shown
    assert CODE not in shown


def test_an_empty_list_says_what_to_do() -> None:
    client = a_visitor(account=an_account())

    assert "You have bought nothing yet" in page(client, "/assets/")
    assert "Nothing fits this search" in page(client, "/assets/?q=zebra")


def test_a_list_goes_on_where_the_page_before_ended(
    django_assert_num_queries: Any,
) -> None:
    execution = an_execution(items=27)
    client = a_visitor(account=execution.order.account)
    expected = [each.number for each in execution.assets.order_by("-pk")]

    page(client, "/assets/")

    with django_assert_num_queries(7):
        first = page(client, "/assets/?q=")
    following = re.search(r'href="(\?[^"]+)" rel="next"', first)
    assert following is not None
    second = page(client, "/assets/" + following[1])

    assert numbers_on(first) + numbers_on(second) == expected
    assert 'rel="next"' not in second


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("q=berlin", True),
        ("q=LIN%20B%C3%BC", True),
        ("q=b%25ro", False),
        ("q=b_ro", False),
        ("q={number}", True),
        ("q={order}", True),
        ("q=po-7", True),
        ("q=zebra", False),
        ("status=ready", True),
        ("status=coming", False),
        ("status=expired", False),
        ("status=nonsense", True),
        ("q=%00berlin&status=ready", True),
    ],
)
def test_assets_are_found(query: str, *, is_found: bool) -> None:
    asset = a_synchronized_asset(po_code="PO-7")
    Asset.objects.filter(pk=asset.pk).update(name="Berlin Büro")
    client = a_visitor(account=asset.account)
    order = asset.order_item.order.number

    shown = page(client, "/assets/?" + query.format(number=asset.number, order=order))

    assert bool(numbers_on(shown)) is is_found


@pytest.mark.parametrize(
    ("state", "status", "words"),
    [
        (AssetState.REDEEMED, "redeemed", "Redeemed"),
        (AssetState.VANISHED, "redeemed", "Probably redeemed"),
        (AssetState.EXPIRED, "expired", "Expired"),
        (AssetState.CANCELLED, "cancelled", "Cancelled"),
    ],
)
def test_a_status_has_words_and_a_filter(
    state: AssetState, status: str, words: str
) -> None:
    asset = a_synchronized_asset()
    Asset.objects.filter(pk=asset.pk).update(state=state)
    client = a_visitor(account=asset.account)

    shown = page(client, f"/assets/?status={status}")

    assert numbers_on(shown) == [asset.number]
    assert f">{words}</span>" in shown


def test_what_runs_out_is_found_and_says_how_long(now: Any) -> None:
    asset = a_synchronized_asset()
    Asset.objects.filter(pk=asset.pk).update(expires_at=now + timedelta(days=3))
    client = a_visitor(account=asset.account)

    assert "3 days left" in page(client, "/assets/?status=expiring")
    assert "3 days are left" in page(client, f"/assets/{asset.number}/")
    Asset.objects.filter(pk=asset.pk).update(expires_at=now - timedelta(hours=1))
    assert numbers_on(page(client, "/assets/?status=expired")) == [asset.number]
    assert numbers_on(page(client, "/assets/?status=ready")) == []


def test_a_reseller_chooses_for_whom() -> None:
    reseller = a_reseller()
    lea = an_end_customer(reseller=reseller, name="Lea & <b>")
    own = a_synchronized_asset(account=reseller, code="BT-OWN0-0000-CASH")
    hers = a_synchronized_asset(account=lea, code="BT-HERS-0000-CASH")
    client = a_visitor(account=reseller)

    assert numbers_on(page(client, "/assets/")) == [hers.number, own.number]
    shown = page(client, f"/assets/?for={lea.number}")
    assert numbers_on(shown) == [hers.number]
    assert f'"{lea.number}" selected>Lea &amp; &lt;b&gt;</option>' in shown
    assert f'<option value="{reseller.number}">' in shown
    stranger = an_account()
    assert client.get(f"/assets/?for={stranger.number}").status_code == 404


def test_a_list_of_many_accounts_goes_on_in_one_order() -> None:
    reseller, stranger = a_reseller(), an_account()
    lea, noa = (an_end_customer(reseller=reseller, name=each) for each in "LN")
    client = a_visitor(account=reseller)
    bought = [
        an_execution(account=account, items=9).assets.all()
        for account in (lea, stranger, noa, reseller, lea)
    ]
    mine = [each for assets in bought for each in assets if each.account != stranger]
    expected = [each.number for each in sorted(mine, key=lambda each: -each.pk)]

    first = page(client, "/assets/")
    following = re.search(r'href="(\?[^"]+)" rel="next"', first)
    assert following is not None
    second = page(client, "/assets/" + following[1])

    assert numbers_on(first) + numbers_on(second) == expected
    assert numbers_on(page(client, f"/assets/?q={expected[7]}")) == [expected[7]]
    assert numbers_on(page(client, "/assets/?status=coming&q=titan")) == expected[:25]


def test_a_place_in_the_list_of_others_tells_nothing() -> None:
    own, others = a_synchronized_asset(), a_pending_asset(account=an_account())
    client = a_visitor(account=own.account)

    shown = page(client, f"/assets/?after={others.number}")

    assert numbers_on(shown) == []


def test_the_list_is_a_file_without_codes_or_formulas() -> None:
    asset = a_synchronized_asset()
    Asset.objects.filter(pk=asset.pk).update(name="=1+1")
    client = a_visitor(account=asset.account)

    answer = client.get("/assets/export/")
    text = b"".join(answer).decode()

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert asset.number in text
    assert ",'=1+1," in text
    assert CODE not in text
    assert asset.coupon_mask in text


# ------------------------------------------------------------------ its page


def test_the_page_tells_all_that_is_kept(django_assert_num_queries: Any) -> None:
    asset = a_synchronized_asset(po_code="PO-7")
    client = a_visitor(account=asset.account)
    page(client, f"/assets/{asset.number}/")

    with django_assert_num_queries(10):
        shown = page(client, f"/assets/{asset.number}/")

    for fact in (
        "Provisioning Sync Status",
        "Synchronized: BitTitan has made the coupon",
        "Expire(days)",
        "Validity(days)",
        "PO-7",
        asset.order_item.order.number,
        "INV-",
        "Enter Coupon",
        asset.coupon_mask,
    ):
        assert fact in shown
    assert CODE not in shown


def test_a_failed_asset_needs_nothing_of_its_buyer() -> None:
    asset = a_failed_asset()

    shown = page(a_visitor(account=asset.account), f"/assets/{asset.number}/")

    assert "Our staff look after it" in shown
    assert "There is no coupon code yet" in shown
    assert "/reveal/" not in shown
    assert "unknown product" not in shown


def test_revealing_shows_the_code_and_leaves_a_line() -> None:
    asset = a_synchronized_asset()
    client = a_visitor(account=asset.account)

    answer = client.post(f"/assets/{asset.number}/reveal/")

    assert CODE in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert CODE not in page(client, f"/assets/{asset.number}/")
    line = Entry.objects.get(verb="reveal_coupon")
    assert (line.actor, line.record_id) == ("mia@north.example", asset.pk)


def test_what_is_not_there_cannot_be_revealed() -> None:
    asset = a_pending_asset()

    answer = a_visitor(account=asset.account).post(f"/assets/{asset.number}/reveal/")

    assert answer.status_code == 409
    assert "has no coupon code yet" in answer.content.decode()


def test_nobody_reveals_without_end() -> None:
    asset = a_synchronized_asset()
    client = a_visitor(account=asset.account)
    address = f"/assets/{asset.number}/reveal/"

    codes = [client.post(address).status_code for _turn in range(REVEALS_MAX + 1)]
    refused = client.post(address)

    assert codes == [200] * REVEALS_MAX + [409]
    assert CODE not in refused.content.decode()
    assert "Wait a little" in refused.content.decode()
    assert Entry.objects.filter(verb="reveal_coupon").count() == REVEALS_MAX


@pytest.mark.parametrize("role", [MemberRole.READ_ONLY, MemberRole.BILLING_AGENT])
def test_some_roles_reveal_and_change_nothing(role: MemberRole) -> None:
    asset = a_synchronized_asset()
    client = a_visitor(account=asset.account, role=role)

    shown = page(client, f"/assets/{asset.number}/")

    assert "Your role does not reveal coupon codes" in shown
    assert "<form method" not in shown.partition("<main")[2]
    for verb in ("reveal", "rename", "send"):
        assert client.post(f"/assets/{asset.number}/{verb}/").status_code == 403


def test_an_asset_gets_another_name() -> None:
    asset = a_synchronized_asset()
    client = a_visitor(account=asset.account)
    address = f"/assets/{asset.number}/rename/"

    refused = client.post(address, {"name": "x" * 201})
    client.post(address, {"name": " Berlin "})

    asset.refresh_from_db()
    assert refused.status_code == 422
    assert "x" * 201 in refused.content.decode()
    assert asset.name == "Berlin"
    assert "The asset is called “Berlin” now." in page(
        client, f"/assets/{asset.number}/"
    )


# ------------------------------------------------------------------ the mail


def sends(client: Client, asset: Asset, contact: int | str) -> Any:
    return client.post(f"/assets/{asset.number}/send/", {"contact": contact})


def contact_of(account: Account) -> Any:
    return account.contacts.get()


def test_the_welcome_mail_goes_to_a_chosen_contact() -> None:
    reseller = a_reseller()
    lea = an_end_customer(reseller=reseller, name="Lea")
    asset = a_synchronized_asset(account=lea)
    write_welcome(asset=asset, actor="worker", now=NOON)
    Message.objects.update(state="SENT", due_at=None, sent_at=NOON)
    client = a_visitor(account=reseller)
    offered = re.findall(
        r'<option value="(\d+)"', page(client, f"/assets/{asset.number}/")
    )

    answer = sends(client, asset, contact_of(reseller).pk)

    assert offered == [str(contact_of(each).pk) for each in (lea, reseller)]
    assert answer.status_code == 302
    again = Message.objects.latest("pk")
    assert again.recipient == contact_of(reseller).email
    assert again.because == "Storefront"
    assert "is on its way" in page(client, f"/assets/{asset.number}/")


def test_a_coupon_of_which_nobody_was_told_is_mailed_too() -> None:
    asset = a_synchronized_asset()

    sends(a_visitor(account=asset.account), asset, contact_of(asset.account).pk)

    assert Message.objects.get().recipient == contact_of(asset.account).email


def test_one_mail_at_a_time() -> None:
    asset = a_synchronized_asset()
    client = a_visitor(account=asset.account)
    person = contact_of(asset.account).pk

    sends(client, asset, person)
    second = sends(client, asset, person)

    assert second.status_code == 409
    assert "is on its way" in second.content.decode()
    assert Message.objects.count() == 1


def test_mails_have_an_end() -> None:
    asset = a_synchronized_asset()
    client = a_visitor(account=asset.account)
    person = contact_of(asset.account).pk

    for _turn in range(6):
        last = sends(client, asset, person)
        Message.objects.update(state="SENT", due_at=None, sent_at=NOON)

    assert last.status_code == 409
    assert "Try again tomorrow" in last.content.decode()


@pytest.mark.parametrize("chosen", ["", "0", "nobody", "stranger"])
def test_nobody_else_gets_the_mail(chosen: str) -> None:
    asset = a_synchronized_asset()
    client = a_visitor(account=asset.account)
    given = contact_of(an_account()).pk if chosen == "stranger" else chosen

    answer = sends(client, asset, given)

    assert answer.status_code == 422
    assert Message.objects.count() == 0


def test_an_end_customer_does_not_see_the_people_of_its_reseller() -> None:
    reseller = a_reseller()
    lea = an_end_customer(reseller=reseller, name="Lea")
    asset = a_synchronized_asset(account=lea)
    client = a_visitor(account=lea)

    assert contact_of(reseller).email not in page(client, f"/assets/{asset.number}/")
    assert sends(client, asset, contact_of(reseller).pk).status_code == 422
