"""Buyers in a real Chromium: at a desk, on a phone, and without scripts."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from purveyor.domain.accounts.models import Account, Organization
from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.orders.models import Order
from purveyor.domain.provisioning.models import ServiceManagerSetup
from purveyor.flows.checkout.models import Basket
from purveyor.flows.reconciliation.approval import approve_plan
from purveyor.flows.reconciliation.lifecycle import RunState
from purveyor.flows.reconciliation.models import ReconciliationRun
from purveyor.flows.reconciliation.starting import start_reconciliation
from purveyor.kernel import clock
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.catalogue import an_application
from tests.factories.members import PASSWORD, a_member
from tests.factories.moments import DAN
from tests.factories.reconciliation import a_policy
from tests.support.stand_in import StandIn, eventually
from tests.support.workers import Crew

MIA = "mia@north.example"
PRODUCT = "BitTitan Mailbox License"
Visits = Callable[..., Page]


@pytest.fixture
def visits(browser: Browser, live_server: Any, vendor: StandIn) -> Iterator[Visits]:
    """Return how Mia opens the shop; nothing may complain in its console."""
    ServiceManagerSetup.objects.update(sync_on_checkout=True)
    Organization.objects.update(terms="Pay in time.")
    contexts, complaints = [], []

    def visit(*, width: int = 1440, **settings: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 800},
            **settings,
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/")
        page.get_by_label("E-mail").fill(MIA)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


def test_a_direct_customer_buys_for_itself_and_redeems(
    visits: Visits, vendor: StandIn, crew: Crew
) -> None:
    a_member(account=an_account(name="Contoso"), email=MIA)
    ServiceManagerSetup.objects.update(lists_spent=True)
    vendor.turns(lists_spent=True)
    crew.starts()
    page = visits(permissions=["clipboard-read", "clipboard-write"])

    puts_ten_into_the_basket(page)
    page.get_by_label("Friendly name").fill("Berlin office")
    page.get_by_role("button", name="Checkout").click()
    orders(page)

    expect(page.get_by_text("All of it is delivered")).to_be_visible()
    page.get_by_role("link", name="Go to the coupon code").click()
    expect(page.get_by_role("heading", name="Berlin office")).to_be_visible()
    code = reveals(page)
    assert page.evaluate("navigator.clipboard.readText()") == code
    redeems(page.context.new_page(), vendor, code)
    the_vendor_is_asked(vendor)
    page.get_by_role("link", name="Hide it").click()
    expect(page.get_by_text("Redeemed", exact=True).first).to_be_visible()
    expect(page.get_by_text(code)).to_have_count(0)


def test_a_reseller_buys_for_a_new_end_customer_on_a_phone(
    visits: Visits, vendor: StandIn, crew: Crew
) -> None:
    a_member(account=a_reseller(), email=MIA)
    crew.starts()
    page = visits(width=360)

    puts_ten_into_the_basket(page)
    page.get_by_label("For whom is it?").select_option("new")
    fills_in_a_customer(page)
    expect(page.get_by_text("is now one of your customers")).to_be_visible()
    page.get_by_role("button", name="Checkout").click()
    orders(page)

    # BitTitan is told of the new customer first; the page says so and is left.
    asset = Asset.objects.get()
    assert eventually(lambda: len(vendor.made(asset.key)) == 1, seconds=60)
    page.reload()
    expect(page.get_by_text("All of it is delivered")).to_be_visible()
    assert Order.objects.get().account.name == "Elbklinik"
    assert is_as_wide_as_its_screen(page)


def test_all_of_it_works_without_scripts(visits: Visits, crew: Crew) -> None:
    a_member(account=a_reseller(), email=MIA)
    page = visits(java_script_enabled=False)

    puts_ten_into_the_basket(page)
    page.get_by_label("For whom is it?").select_option("new")
    page.get_by_role("button", name="Update").last.click()
    fills_in_a_customer(page)
    page.get_by_role("button", name="Checkout").click()
    orders(page)

    expect(page.get_by_text("BitTitan is making the coupon")).to_be_visible()
    assert Account.objects.filter(name="Elbklinik").count() == 1
    crew.starts()
    assert eventually(lambda: Asset.objects.get().has_coupon, seconds=60)
    page.get_by_role("link", name="Look again").click()
    page.get_by_role("main").get_by_role("link", name=PRODUCT).click()
    page.get_by_role("button", name="Reveal").click()
    expect(page.locator("#coupon-code")).to_have_text(re.compile("BT-"))
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)


def test_all_of_it_works_by_keyboard(visits: Visits, crew: Crew) -> None:
    a_member(account=an_account(name="Contoso"), email=MIA)
    crew.starts()
    page = visits()
    page.wait_for_url(lambda address: "sign-in" not in address)

    goes_to(page, "Skip to content")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    goes_to(page, PRODUCT)
    page.keyboard.press("Enter")
    page.wait_for_url("**/products/**")
    goes_to(page, "Licenses")
    page.keyboard.type("10")  # what stands there is selected, as browsers do
    page.keyboard.press("Enter")
    page.wait_for_url("**/basket/")
    for button, key, address in (
        ("Checkout", "Enter", "**/checkout/*/"),
        ("Go on to the review", "Enter", "**/review/"),
        ("I accept the terms of sale", "Space", "**/review/"),
        ("Order for €117.81", "Enter", "**/orders/**"),
    ):
        goes_to(page, button)
        page.keyboard.press(key)
        page.wait_for_url(address)
    expect(page.get_by_text("All of it is delivered")).to_be_visible()
    goes_to(page, PRODUCT)
    page.keyboard.press("Enter")
    page.wait_for_url("**/assets/**")
    goes_to(page, "Reveal")
    page.keyboard.press("Enter")
    expect(page.locator("#coupon-code")).to_have_text(re.compile("BT-"))


def test_the_basket_is_kept_and_takes_nobody_away(visits: Visits) -> None:
    reseller = a_reseller()
    an_end_customer(reseller=reseller, name="Elbklinik")
    a_member(account=reseller, email=MIA)
    page = visits()
    puts_ten_into_the_basket(page)

    goes_to(page, "Licenses")
    page.keyboard.type("20")
    goes_to(page, "Friendly name")
    page.keyboard.type("Berlin")
    expect(page.get_by_text("€198.00").first).to_be_visible()
    expect(page.get_by_role("link", name="Basket 20 licenses")).to_be_visible()
    expect(page.get_by_label("Friendly name")).to_be_focused()
    expect(page.get_by_label("Friendly name")).to_have_value("Berlin")

    goes_to(page, "For whom is it?")
    kept = Basket.objects.filter(receiver__name="Elbklinik", items__asset_name="Berlin")
    page.keyboard.press("ArrowDown")
    assert eventually(kept.exists, seconds=10)
    page.keyboard.press("ArrowDown")  # “A new customer …” leads on by Checkout only
    expect(page.get_by_label("For whom is it?")).to_be_focused()
    goes_to(page, "Checkout")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/new/")


def test_a_reseller_keeps_its_customers_on_a_phone(visits: Visits) -> None:
    reseller = a_reseller()
    a_member(account=reseller, email=MIA)
    page = visits(width=360)

    page.get_by_role("link", name="My customers").click()
    expect(page.get_by_text("You have no customers yet")).to_be_visible()
    page.get_by_role("link", name="Add a customer").click()
    fills_in_a_customer(page)
    expect(page.get_by_text("is now one of your customers")).to_be_visible()
    expect(page.get_by_text("told of Elbklinik by the first order")).to_be_visible()
    assert is_as_wide_as_its_screen(page)
    customer = reseller.end_customers.get()
    here = f"**/customers/{customer.number}/"

    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Phone").fill("04141 1")
    assert is_as_wide_as_its_screen(page)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(here)

    page.get_by_role("link", name="Add a contact").click()
    for label, text in (
        ("First name", "Peter"),
        ("Last name", "Lohse"),
        ("E-mail", "lohse@elbklinik.example"),
    ):
        page.get_by_label(label).fill(text)
    page.get_by_label("Technical matters").check()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(here)

    expect(page.get_by_text("Peter Lohse is a contact of Elbklinik.")).to_be_visible()
    page.get_by_role("link", name="My customers").first.click()
    page.get_by_label("Search").fill("lohse@elbklinik.example")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name="Elbklinik", exact=True)).to_be_visible()
    assert is_as_wide_as_its_screen(page)
    customer.refresh_from_db()
    assert customer.phone == "04141 1"
    assert customer.contacts.get(first_name="Peter").is_technical_contact


FOCUSED = """() => {
  const here = document.activeElement;
  const box = here.getBoundingClientRect();
  return {
    name: (here.labels?.[0] ?? here).innerText.trim(),
    order: [...document.querySelectorAll("*")].indexOf(here),
    isSeen: box.bottom > 0 && box.top < innerHeight && (
      getComputedStyle(here).outlineStyle !== "none"
      || getComputedStyle(here.closest(".offer") ?? here).outlineStyle !== "none"),
  };
}"""


def goes_to(page: Page, name: str) -> None:
    """Press Tab until something has the focus; it moves onward, and is always seen."""
    before = page.evaluate(FOCUSED)["order"]
    for _turn in range(30):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        assert found["isSeen"], found
        assert found["order"] > before, found
        if found["name"].startswith(name):
            return
        before = found["order"]
    pytest.fail(f"No way leads to {name!r}.")


def reveals(page: Page) -> str:
    """Reveal the coupon code of an asset, and copy it."""
    page.get_by_role("button", name="Reveal").click()
    code = page.locator("#coupon-code").inner_text()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    return code


def redeems(page: Page, vendor: StandIn, code: str) -> None:
    """At the vendor's portal: enter the coupon, check it, apply it."""
    page.goto(vendor.portal_url)
    page.get_by_label("Coupon code").fill(code)
    page.get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_label("Licenses").get_by_text(code)).to_be_visible()


def the_vendor_is_asked(vendor: StandIn) -> None:
    """Compare with the vendor's listing, as happens each night, and agree to it."""
    a_policy(needs_second_person=False)
    run = start_reconciliation(
        application=an_application(), account=None, actor=DAN, now=clock.now()
    )
    runs = ReconciliationRun.objects.filter(pk=run.pk)
    assert eventually(runs.filter(state=RunState.PLANNED).exists, seconds=30)
    approve_plan(run=runs.get(), is_forced=True, actor=DAN, now=clock.now())
    redeemed = Asset.objects.filter(state=AssetState.REDEEMED)
    assert eventually(redeemed.exists, seconds=30)


def puts_ten_into_the_basket(page: Page) -> None:
    """Catalogue > product > Add to Basket."""
    page.get_by_role("link", name=PRODUCT).click()
    page.get_by_label("Licenses").fill("10")
    page.get_by_role("button", name="Add to Basket").click()
    page.wait_for_url("**/basket/")


def fills_in_a_customer(page: Page) -> None:
    """Tell of a new end customer."""
    page.wait_for_url(re.compile("/customers/new/"))
    for label, text in (
        ("Name of the company", "Elbklinik"),
        ("E-mail of the company", "office@elbklinik.example"),
        ("Street and number", "Klinikweg 1"),
        ("Postcode", "21680"),
        ("City", "Stade"),
        ("First name", "Nuria"),
        ("Last name", "Kaya"),
        ("Their e-mail", "kaya@elbklinik.example"),
    ):
        page.get_by_role("textbox", name=label, exact=True).fill(text)
    page.get_by_label("Country").select_option("DE")
    page.get_by_role("button", name="Add the customer").click()
    page.wait_for_url(re.compile(r"/basket/$|/customers/A-\d+/$"))


def orders(page: Page) -> None:
    """Details > review > order."""
    page.get_by_role("button", name="Go on to the review").click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name=re.compile("Order for")).click()
    page.wait_for_url("**/orders/**")


def is_as_wide_as_its_screen(page: Page) -> bool:
    """Return whether nothing sticks out at the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
