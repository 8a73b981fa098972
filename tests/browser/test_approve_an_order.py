"""An order above the credit limit is approved and executed; a stale preview is not."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from purveyor.domain.accounts.operations import create_staff
from purveyor.domain.catalogue.models import Price
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Order
from tests.browser.conftest import PASSWORD, PATIENCE_MS
from tests.browser.test_sell_a_licence import goes_to, orders_ten_licenses
from tests.factories.accounts import an_account
from tests.factories.moments import DAN
from tests.factories.provisioning import a_link
from tests.support.stand_in import StandIn

INES = "ines@distributor.example"


@pytest.fixture
def billing(browser: Browser, live_server: Any, vendor: StandIn) -> Iterator[Page]:
    """Return a page on which Ines of billing has signed in, who approves."""
    create_staff(
        email=INES, name="Ines", password=PASSWORD, roles=("Billing",), actor=DAN
    )
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 1440, "height": 900}
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/bss/login/")
    page.get_by_label("E-mail").fill(INES)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/bss/")
    yield page
    context.close()


def test_an_order_above_the_limit_is_approved_then_executed_as_it_was_shown(
    desk: Page, billing: Page
) -> None:
    account = an_account(name="Contoso", credit_limit="100")
    a_link(account=account)

    number = orders_ten_licenses(desk, "Contoso")
    expect(desk.get_by_text("It awaits approval, see below.")).to_be_visible()
    expect(desk.get_by_text("would be €17.81 above its credit limit")).to_be_visible()
    approves(billing, number)

    desk.reload()
    opens_the_dialog(desk)
    dialog = desk.locator("#dialog")
    expect(dialog.get_by_text("This order was approved.")).to_be_visible()
    Price.objects.update(unit_price="12.00")
    dialog.get_by_text("2 Create a draft invoice").click()
    dialog.get_by_role("button", name="Execute Order").click()

    told = "The price of BitTitan Mailbox License is €12.00 now, it was €9.90."
    expect(dialog.get_by_text(told)).to_be_visible()
    expect(dialog.get_by_text("The price list says €12.00 by now")).to_be_visible()
    expect(dialog.locator("[name=option][value=DRAFT]")).to_be_checked()
    assert Order.objects.get().state == OrderState.SUBMITTED

    dialog.get_by_role("button", name="Execute Order").click()
    expect(desk.get_by_text("Executed", exact=True).first).to_be_visible()
    assert Order.objects.get().state == OrderState.EXECUTED


def approves(page: Page, number: str) -> None:
    """Sales > Orders to approve: read why, and approve with a reason."""
    expect(page.get_by_text("wait for somebody to agree")).to_be_visible()
    goes_to(page, "sales/orders-to-approve")
    panel = page.get_by_label(number)
    expect(panel.get_by_text("Over by")).to_be_visible()
    panel.get_by_role("link", name="Approve").click()
    page.get_by_label("Reason").fill("Paid today.")
    page.locator("#dialog").get_by_role("button", name="Approve").click()
    expect(page.get_by_text(f"Order {number} is approved.")).to_be_visible()


def opens_the_dialog(desk: Page) -> None:
    """Shortcuts > Execute Order."""
    desk.locator("a", has_text="Shortcuts").first.click()
    desk.get_by_text("Execute Order", exact=True).first.click()
    expect(desk.get_by_text("What was checked")).to_be_visible()
