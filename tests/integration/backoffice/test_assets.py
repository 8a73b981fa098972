"""Billing > Assets, and Operations > Provisioning."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.faces.backoffice.frame.display import day
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.lists.models import Export, SavedList
from tests.factories.assets import a_failed_asset, a_pending_asset, a_synchronized_asset
from tests.factories.moments import TODAY
from tests.factories.notifications import a_message
from tests.support.staff import FROM_SCRIPT, queries_of, signed_in, words

CODE = "BT-9QKM-77AA-TILL"
LIST = "bss:assets_asset_changelist"
CHANGE = "bss:assets_asset_change"
REVEAL = "bss:assets_asset_reveal"
OPERATIONS = (
    "assets.view_asset",
    "assets.change_asset",
    "assets.retry_asset",
    "assets.reveal_coupon",
    "notifications.view_message",
    "notifications.send_again",
)


@pytest.fixture
def operator() -> Client:
    return signed_in(*OPERATIONS)


def edited(asset: Asset, **changes: object) -> dict[str, Any]:
    """Return what a browser sends of the form of a failed asset."""
    return {
        "name": asset.name,
        "external_product_id": asset.external_product_id,
        "expire_days": asset.expire_days,
        "validity_days": asset.validity_days,
        "linked_account": asset.linked_account_id,
        **changes,
    }


def test_the_page_shows_all_that_was_bought(operator: Client) -> None:
    asset = a_synchronized_asset(code=CODE)

    page = words(operator.get(reverse(CHANGE, args=[asset.pk])))

    assert "General Information Name" in page
    assert "Provisioning Sync Status Synchronized" in page
    assert f"Purchase Date {day(TODAY)}" in page
    assert "BitTitan's Coupon Code •••• TILL" in page
    assert "Expire(days) 365" in page
    assert "Validity(days) 365" in page
    assert asset.order_item.order.number in page
    assert CODE not in page


def test_an_unclear_asset_is_being_checked_with_its_vendor(operator: Client) -> None:
    asset = a_pending_asset()
    Asset.objects.update(sync_status=SyncStatus.UNCLEAR, in_doubt_since=asset.made_at)

    page = words(operator.get(reverse(LIST)))

    assert "Being checked with BitTitan" in page


@pytest.mark.parametrize("sought", ["{asset}", "{account}", CODE])
def test_assets_are_found_exactly(operator: Client, sought: str) -> None:
    asset, other = a_synchronized_asset(code=CODE), a_synchronized_asset(code="OTHER-1")
    term = sought.format(asset=asset.number, account=asset.account.number)

    page = words(operator.post(reverse(LIST), {"q": term}, follow=True))

    assert asset.number in page
    assert other.number not in page


def test_a_coupon_code_that_is_looked_for_stands_in_no_address(
    operator: Client,
) -> None:
    asset = a_synchronized_asset(code=CODE)

    found = operator.post(reverse(LIST), {"q": CODE})
    unknown = operator.post(reverse(LIST), {"q": "BT-NOT-OURS-0000"}, follow=True)

    assert found["Location"] == f"?q={asset.number}"
    assert unknown.redirect_chain == [("?", 302)]
    assert "Nothing has this number or code." in words(unknown)
    assert 'method="post" role="search"' in operator.get(reverse(LIST)).content.decode()


def test_a_part_of_a_coupon_code_finds_nothing(operator: Client) -> None:
    a_synchronized_asset(code=CODE)

    part = operator.post(reverse(LIST), {"q": CODE[:-1]})

    assert part["Location"] == "?"


@pytest.mark.parametrize("view", ["changelist", "save", "columns", "export"])
def test_a_code_that_is_written_into_an_address_is_taken_out_of_it(
    operator: Client, view: str
) -> None:
    asset = a_synchronized_asset(code=CODE)
    address = reverse(f"bss:assets_asset_{view}")
    at = "" if view == "changelist" else reverse(LIST)
    asked = f"{address}?sync_status__exact=SYNCHRONIZED&q="

    ours, unknown = operator.get(asked + CODE), operator.get(f"{asked}NOT-OURS-0")

    assert ours["Location"] == (
        f"{at}?sync_status__exact=SYNCHRONIZED&q={asset.number}"
    )
    assert unknown["Location"] == f"{at}?sync_status__exact=SYNCHRONIZED"


def test_a_code_in_an_address_is_in_no_saved_list_and_no_export(
    operator: Client,
) -> None:
    a_synchronized_asset(code=CODE)
    typed = {"name": "Mine", "kind": "csv", "which": "shown", "_form_submitted": "1"}

    for view in ("save", "export"):
        operator.post(f"{reverse(f'bss:assets_asset_{view}')}?q={CODE}", typed)

    assert not SavedList.objects.exists()
    assert not Export.objects.exists()
    assert CODE not in str(list(Entry.objects.values_list("facts", flat=True)))


def test_a_coupon_is_revealed_once_and_the_journal_says_so(operator: Client) -> None:
    asset = a_synchronized_asset(code=CODE)
    dialog = reverse(REVEAL, args=[asset.pk])
    sent = {"_form_submitted": "True", "because": "Lea has lost the mail"}

    asked = operator.get(dialog, headers=FROM_SCRIPT)
    shown = operator.post(dialog, sent, headers=FROM_SCRIPT)

    assert CODE not in asked.content.decode()
    assert CODE in words(shown)
    assert "no-store" in shown["Cache-Control"]
    line = Entry.objects.get(verb="reveal_coupon")
    assert line.actor == "ines@distributor.example"
    assert line.facts == {"reason": "Lea has lost the mail"}
    assert CODE not in words(operator.get(reverse(CHANGE, args=[asset.pk])))


def test_revealing_needs_its_permission() -> None:
    asset = a_synchronized_asset(code=CODE)
    auditor = signed_in("assets.view_asset")

    answer = auditor.post(reverse(REVEAL, args=[asset.pk]), {"_form_submitted": "True"})

    assert answer.status_code == 403
    assert not Entry.objects.filter(verb="reveal_coupon").exists()
    assert "Reveal" not in words(auditor.get(reverse(CHANGE, args=[asset.pk])))


def test_saving_a_failed_asset_corrects_it_and_tries_again(operator: Client) -> None:
    asset = a_failed_asset()

    sent = edited(asset, external_product_id="BT-RIGHT", name="Move to the cloud")
    answer = operator.post(reverse(CHANGE, args=[asset.pk]), sent)

    asset.refresh_from_db()
    assert asset.external_product_id == "BT-RIGHT"
    assert asset.name == "Move to the cloud"
    assert asset.sync_status == SyncStatus.PENDING
    assert asset.due_at is not None
    assert "It is tried again." in words(operator.get(answer["Location"]))


def test_saving_a_synchronized_asset_only_renames_it(operator: Client) -> None:
    asset = a_synchronized_asset(code=CODE)

    sent = edited(asset, external_product_id="BT-OTHER", name="Move to the cloud")
    operator.post(reverse(CHANGE, args=[asset.pk]), sent)

    before, asset = asset, Asset.objects.get(pk=asset.pk)
    assert asset.name == "Move to the cloud"
    assert asset.external_product_id == before.external_product_id
    assert asset.sync_status == SyncStatus.SYNCHRONIZED
    assert asset.due_at is None


def test_who_may_only_rename_does_not_try_again() -> None:
    asset = a_failed_asset()
    sales = signed_in("assets.view_asset", "assets.change_asset")

    sales.post(reverse(CHANGE, args=[asset.pk]), edited(asset, name="Renamed"))

    asset.refresh_from_db()
    assert (asset.name, asset.sync_status) == ("Renamed", SyncStatus.FAILED)


def test_wrong_days_are_refused_and_stay_typed(operator: Client) -> None:
    asset = a_failed_asset()

    sent = edited(asset, expire_days=0, name="Kept")
    answer = operator.post(reverse(CHANGE, args=[asset.pk]), sent)

    asset.refresh_from_db()
    assert "Days are a whole number from 1 to 3650." in words(answer)
    assert 'value="Kept"' in answer.content.decode()
    assert asset.sync_status == SyncStatus.FAILED


def test_a_failed_asset_says_why_who_and_what_next(operator: Client) -> None:
    asset = a_failed_asset(reason="BitTitan refused: unknown product")

    page = words(operator.get(reverse(CHANGE, args=[asset.pk])))

    assert "Why it waits BitTitan refused: unknown product" in page
    assert "Who must act Operations" in page


def test_the_page_stops_looking_after_fifteen_seconds(operator: Client) -> None:
    asset = a_pending_asset()
    status = reverse("bss:assets_asset_status", args=[asset.pk])

    assert f"{status}?look=15" in operator.get(status, {"look": 14}).content.decode()
    assert "hx-get" not in operator.get(status, {"look": 15}).content.decode()


def test_the_mails_of_an_asset_are_listed(operator: Client) -> None:
    message = a_message()

    page = words(operator.get(reverse(CHANGE, args=[message.asset_id])))

    assert message.recipient in page
    assert "Queued" in page


def test_provisioning_lists_what_is_not_finished_with_its_reason() -> None:
    failed = a_failed_asset(reason="BitTitan refused: unknown product")
    waiting, done = a_pending_asset(), a_synchronized_asset(code=CODE)
    operator = signed_in(*OPERATIONS)

    page = words(operator.get(reverse("bss:provisioning")))
    only_failed = words(
        operator.get(reverse("bss:provisioning"), {"situation": "failed"})
    )

    assert "BitTitan refused: unknown product" in page
    assert waiting.number in page
    assert done.number not in page
    assert failed.number in only_failed
    assert waiting.number not in only_failed


@pytest.mark.parametrize("page", [LIST, "bss:provisioning"])
def test_the_lists_ask_as_much_for_many_assets_as_for_one(
    operator: Client, page: str
) -> None:
    a_pending_asset()
    for_one = queries_of(operator, reverse(page))
    for _each in range(4):
        a_pending_asset()

    assert queries_of(operator, reverse(page)) == for_one
