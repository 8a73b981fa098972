"""Orders in a real Chromium: by keyboard alone, delivered in part, fifty at once."""

import re

from playwright.sync_api import Page, expect

from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Order
from purveyor.flows.execution.models import BulkOrder
from tests.browser.test_sell_a_licence import goes_to
from tests.factories.accounts import an_account
from tests.factories.catalogue import BUNDLE, a_product
from tests.factories.orders import a_submitted_order, copies_of
from tests.factories.provisioning import a_link
from tests.support.workers import Crew

FIFTY = 50

#: Who is in another field as soon as the dialog is drawn, before it gives the focus.
QUICK_HAND = """document.addEventListener("htmx:afterSettle", () =>
    document.querySelector("#dialog [name=option]:checked").focus())"""


def test_dan_keys_in_and_executes_an_order_without_the_mouse(desk: Page) -> None:
    a_link(account=an_account(name="Contoso"))
    a_product(external_id=BUNDLE)
    desk.goto("/bss/orders/order/add/")

    account = desk.locator("[name=account] + .select2 .select2-selection")
    expect(account).to_be_focused()
    desk.keyboard.type("Conto")
    expect(desk.locator(".select2-search__field")).to_have_value("Conto")
    expect(desk.locator(".select2-results__option--highlighted")).to_contain_text(
        "Contoso"
    )
    desk.keyboard.press("Enter")
    types_a_line(desk, 0, "mailb", "25")
    expect(desk.locator("#items-group .field-net").first).to_contain_text("€247.50")
    desk.keyboard.press("Enter")
    types_a_line(desk, 1, "migra", "2")
    desk.keyboard.press("Control+Enter")

    expect(desk.locator("[data-order]")).to_be_visible()
    expect(desk.get_by_text("is submitted")).to_be_visible()
    desk.keyboard.press("e")
    expect(desk.locator("#dialog")).to_be_visible()
    expect(desk.locator("#dialog [name=start_date]")).to_be_focused()
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("is executed:")).to_be_visible()

    assets = Asset.objects.order_by("number")
    assert [asset.quantity for asset in assets] == [25, 2]
    assert {asset.account.name for asset in assets} == {"Contoso"}
    assert Invoice.objects.get().number == "INV-000001"


def test_a_dialog_leaves_the_focus_with_whoever_writes(desk: Page) -> None:
    order = a_submitted_order()
    desk.goto(f"/bss/orders/order/{order.pk}/change/")
    desk.evaluate(QUICK_HAND)

    desk.keyboard.press("e")
    expect(desk.locator("#dialog")).to_be_visible()
    desk.evaluate("new Promise((done) => setTimeout(done, 100))")

    expect(desk.locator("#dialog [name=option]:checked")).to_be_focused()


def test_dan_delivers_one_item_now_and_the_other_later(desk: Page) -> None:
    order = a_submitted_order(items=2, quantity=4)
    desk.goto(f"/bss/orders/order/{order.pk}/change/")

    delivers(desk, leaving_out="BitTitan User Migration Bundle")
    expect(desk.get_by_text("Executing", exact=True).first).to_be_visible()
    executions = desk.locator(".bss-panel", has_text="Executions").locator("tbody > tr")
    expect(executions).to_have_count(1)
    expect(executions.first).to_contain_text("4 × BitTitan Mailbox License")
    expect(executions.first).to_contain_text("INV-000001")

    delivers(desk)
    expect(desk.get_by_text("Executed", exact=True).first).to_be_visible()
    expect(executions).to_have_count(2)
    expect(executions.first).to_contain_text("4 × BitTitan User Migration Bundle")
    assert Order.objects.get().state == OrderState.EXECUTED


def test_dan_delivers_one_item_and_cancels_the_rest(desk: Page) -> None:
    order = a_submitted_order(items=2, quantity=4)
    desk.goto(f"/bss/orders/order/{order.pk}/change/")
    delivers(desk, leaving_out="BitTitan User Migration Bundle")

    shortcut(desk, "Cancel the rest")
    dialog = desk.locator("#dialog")
    stays, goes = dialog.locator("dd").first, dialog.locator("dd").last
    expect(stays).to_contain_text("4 × BitTitan Mailbox License")
    expect(goes).to_contain_text("4 × BitTitan User Migration Bundle")
    dialog.get_by_role("button", name="Cancel the rest").click()
    expect(dialog.get_by_text("Say why the order is cancelled.")).to_be_visible()
    dialog.locator("[name=because]").fill("Bought elsewhere")
    dialog.get_by_role("button", name="Cancel the rest").click()

    expect(desk.get_by_text("The rest of order O-000001 is cancelled.")).to_be_visible()
    expect(desk.get_by_text("because: Bought elsewhere")).to_be_visible()
    items = desk.locator("#delivery tbody > tr")
    expect(items.last).to_contain_text("Cancelled")
    assert Order.objects.get().state == OrderState.EXECUTED
    assert Asset.objects.get().order_item.position == 1


def test_dan_executes_fifty_orders_of_which_one_fails(desk: Page, crew: Crew) -> None:
    first = a_submitted_order()
    copies_of(first, count=FIFTY - 2)
    bad = a_submitted_order(is_linked=False)
    crew.starts()
    goes_to(desk, "orders/order")

    desk.locator("#action-toggle").check()
    desk.locator("#changelist-actions .question a").click()
    desk.locator("select[name=action]").select_option(label="Execute together")
    desk.get_by_role("button", name="Run").click()
    expect(desk.get_by_text("These orders are chosen.")).to_be_visible()
    desk.get_by_role("link", name="Execute", exact=True).click()
    desk.locator("#dialog").get_by_role("button", name="Execute").click()
    expect(desk.get_by_text("50 of 50 have their result.")).to_be_visible()

    expect(desk.get_by_role("link", name=re.compile("Executed 49"))).to_be_visible()
    desk.get_by_role("link", name=re.compile("Refused 1")).click()
    expect(desk.get_by_role("link", name=bad.number)).to_be_visible()
    expect(desk.get_by_text("is not synchronized with BitTitan")).to_be_visible()
    assert BulkOrder.objects.filter(result="EXECUTED").count() == FIFTY - 1
    assert Invoice.objects.count() == FIFTY - 1


def types_a_line(desk: Page, place: int, words: str, quantity: str) -> None:
    """Find a product by a part of its name; the quantity is typed next."""
    product = desk.locator(f"[name=items-{place}-product] + .select2")
    expect(product.locator(".select2-selection")).to_be_focused()
    desk.keyboard.type(words)
    expect(desk.locator(".select2-search__field")).to_have_value(words)
    desk.keyboard.press("Enter")
    expect(desk.locator(f"[name=items-{place}-quantity]")).to_be_focused()
    desk.keyboard.type(quantity)


def delivers(desk: Page, *, leaving_out: str = "") -> None:
    """Shortcuts > Order Delivery; take the tick from what is to wait."""
    shortcut(desk, "Order Delivery")
    dialog = desk.locator("#dialog")
    if leaving_out:
        dialog.locator("label", has_text=leaving_out).locator("input").uncheck()
        expect(dialog.get_by_text("1 line, net €39.60").first).to_be_visible()
    dialog.get_by_role("button", name="Order Delivery").click()
    expect(desk.get_by_text("is executed:")).to_be_visible()


def shortcut(desk: Page, name: str) -> None:
    """Open one of the dialogs under Shortcuts."""
    desk.locator("a", has_text="Shortcuts").first.click()
    desk.get_by_text(name, exact=True).first.click()
