"""The main job in a real Chromium, from the new account to the mail in the inbox."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from purveyor.domain.assets.models import Asset
from tests.support.stand_in import StandIn, eventually
from tests.support.workers import Crew

SYNC_STATUS = "Provisioning Sync Status"


def test_dan_sells_ten_licenses_though_the_vendor_is_down_at_first(
    desk: Page, vendor: StandIn, crew: Crew
) -> None:
    crew.starts()

    adds_an_account(desk, "Contoso")
    synchronizes_it(desk)
    order = orders_ten_licenses(desk, "Contoso")

    vendor.fails("refuse_connection")
    executes_it(desk)
    opens_the_asset(desk)
    expect(desk.get_by_text("not reached").first).to_be_visible()

    vendor.works_again()
    desk.get_by_role("button", name="Save", exact=True).click()
    shown = desk.locator("dt", has_text=SYNC_STATUS).locator("+ dd")
    expect(shown).to_have_text("Synchronized")

    asset = Asset.objects.get(order_item__order__number=order)
    (coupon,) = vendor.made(asset.key)
    reveals_the_code(desk, coupon["code"])
    the_mail_has_arrived(vendor, coupon)
    the_invoice_is_issued(desk)


def adds_an_account(desk: Page, name: str) -> None:
    """BSS > Office > Accounts > Add."""
    goes_to(desk, "accounts/account")
    desk.locator("a[href$='/add/']").first.click()
    desk.locator("[name=name]").fill(name)
    desk.locator("[name=email]").fill("office@contoso.example")
    desk.locator("a[href='#addresses']").click()
    desk.locator("[name=addresses-0-line1]").fill("Main Street 1")
    desk.locator("[name=addresses-0-city]").fill("Berlin")
    chooses(desk, "addresses-0-country", "Germany")
    desk.locator("a[href='#contacts']").click()
    desk.locator("[name=contacts-0-first_name]").fill("Mia")
    desk.locator("[name=contacts-0-last_name]").fill("Miller")
    desk.locator("[name=contacts-0-email]").fill("mia@contoso.example")
    desk.locator("[name=contacts-0-billing_role]").select_option("main")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.get_by_text(f"{name} is created")).to_be_visible()


def synchronizes_it(desk: Page) -> None:
    """Click UnSynchronized, then Save & Synchronize, and acknowledge."""
    desk.locator("a[href='#general']").click()
    desk.get_by_role("link", name="UnSynchronized").first.click()
    expect(desk.get_by_text("Sync Options")).to_be_visible()
    desk.get_by_role("button", name="Save & Synchronize").click()
    expect(desk.get_by_text("Synchronized", exact=True).first).to_be_visible()
    desk.get_by_role("button", name="Acknowledge").click()
    expect(desk.get_by_text("Acknowledged by")).to_be_visible()


def orders_ten_licenses(desk: Page, account: str) -> str:
    """BSS > Sales > Orders > Add; submit. Return the order's number."""
    goes_to(desk, "orders/order")
    desk.locator("a[href$='/add/']").first.click()
    picks(desk, "account", account)
    chooses(desk, "items-0-product", "BitTitan Mailbox License")
    desk.locator("[name=items-0-quantity]").fill("10")
    desk.get_by_role("button", name="Submit", exact=True).click()
    number = desk.locator("[data-order]").get_attribute("data-order")
    assert number is not None
    return number


def executes_it(desk: Page) -> None:
    """Shortcuts > Execute Order, with the third invoice option."""
    desk.locator("a", has_text="Shortcuts").first.click()
    desk.get_by_text("Execute Order", exact=True).first.click()
    dialog = desk.locator("#dialog")
    dialog.get_by_text("3 Create and issue the invoice").click()
    dialog.get_by_role("button", name="Execute Order").click()
    expect(desk.get_by_text("Executed", exact=True).first).to_be_visible()


def opens_the_asset(desk: Page) -> None:
    """Go to the asset from the order's page."""
    desk.get_by_role("link", name=re.compile(r"AS-\d+")).first.click()
    expect(desk.get_by_text("General Information").first).to_be_visible()
    for label in (SYNC_STATUS, "Purchase Date", "Expire(days)", "Validity(days)"):
        expect(desk.get_by_text(label, exact=True).first).to_be_visible()


def reveals_the_code(desk: Page, code: str) -> None:
    """The code is masked until it is revealed."""
    assert code not in desk.content()
    desk.get_by_role("link", name="Reveal").first.click()
    desk.get_by_label("Reason").fill("Mia asked on the phone")
    desk.get_by_role("button", name="Reveal").click()
    expect(desk.get_by_text(code)).to_be_visible()


def the_mail_has_arrived(vendor: StandIn, coupon: dict[str, Any]) -> None:
    """One mail, to the billing contact, with the code and the portal link."""
    assert eventually(lambda: len(vendor.inbox()) == 1, seconds=20)
    (mail,) = vendor.inbox()
    assert mail["subject"] == "Welcome BitTitan Integration customer"
    assert mail["to"] == ["mia@contoso.example"]
    assert coupon["code"] in mail["html"]
    assert "https://manage.bittitan.com" in mail["html"]


def the_invoice_is_issued(desk: Page) -> None:
    desk.goto("/bss/invoices/invoice/")
    expect(desk.get_by_text("INV-000001")).to_be_visible()


def goes_to(desk: Page, place: str) -> None:
    """Click a line of the menu."""
    desk.locator(f"#nav-sidebar a[href='/bss/{place}/']").first.click()


def picks(desk: Page, field: str, words: str) -> None:
    """Type into a searching select, and take the first answer."""
    desk.locator(f"[name={field}] + .select2").click()
    desk.locator(".select2-search__field").last.fill(words)
    desk.locator(".select2-results__option--highlighted", has_text=words).click()


def chooses(desk: Page, field: str, words: str) -> None:
    """Choose from a plain or a searching select."""
    select = desk.locator(f"select[name={field}]")
    if desk.locator(f"[name={field}] + .select2").count():
        picks(desk, field, words)
    else:
        select.select_option(label=words)
