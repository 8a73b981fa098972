"""A notification is set up, written, looked at, tried, and received over real SMTP."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from purveyor.domain.accounts.models import Account
from purveyor.domain.accounts.operations import create_staff
from purveyor.flows.ordering.operations import submit_order
from purveyor.kernel import clock
from tests.browser.conftest import PASSWORD
from tests.factories.accounts import an_account
from tests.factories.moments import DAN
from tests.factories.orders import a_draft_order
from tests.support.stand_in import StandIn, eventually
from tests.support.workers import Crew

SAVED = "is saved"


@pytest.fixture
def dan(vendor: StandIn) -> Any:
    """Return Dan, who administers the shop this time."""
    return create_staff(
        email=DAN, name="Dan", password=PASSWORD, roles=("Administrator",), actor=DAN
    )


def test_dan_has_orders_confirmed_in_german(
    desk: Page, vendor: StandIn, crew: Crew
) -> None:
    crew.starts()
    account = an_account(name="Nordwind GmbH", language="de")
    earlier = a_draft_order(account=account)

    says_where_mails_go(desk, vendor)
    adds_a_notification(desk, "Order confirmed")
    writes_its_german(desk, earlier.number)
    tries_it(desk, vendor, earlier.number)
    submit_order(order=earlier, actor=DAN, now=clock.now())

    the_confirmation_arrives(vendor, account, earlier.number)
    it_stands_on_the_page_of_the_order(desk, earlier.pk)


def says_where_mails_go(desk: Page, vendor: StandIn) -> None:
    """Setup > Mail server; the test mail is taken."""
    desk.goto("/bss/mail-server/")
    desk.locator("[name=host]").fill("127.0.0.1")
    desk.locator("[name=port]").fill(str(vendor.smtp_port))
    desk.locator("[name=security]").select_option("NONE")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.get_by_text("Mails are handed over there from now on")).to_be_visible()
    desk.get_by_role("button", name="Send test mail").click()
    expect(desk.get_by_text("has taken the test mail")).to_be_visible()


def adds_a_notification(desk: Page, name: str) -> None:
    """Setup > Notifications > Add; say whom it tells; switch it on."""
    desk.goto("/bss/notifications/notification/add/")
    desk.locator("[name=name]").fill(name)
    desk.locator("[name=event]").select_option("ORDER_SUBMITTED")
    desk.locator("[name=audience]").select_option("CUSTOMER")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.get_by_text("is created")).to_be_visible()
    desk.locator("[name=to_roles][value=BILLING_CONTACTS]").check()
    desk.locator("[name=bcc_addresses]").fill("archive@aurora.example")
    desk.locator("[name=is_enabled]").check()
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.get_by_text(SAVED)).to_be_visible()


def writes_its_german(desk: Page, order: str) -> None:
    """Texts > Deutsch; a click puts in a placeholder; the preview shows a record."""
    desk.get_by_role("link", name="Deutsch").click()
    subject = desk.locator("[name=subject]")
    subject.fill("Danke: ")
    desk.locator("[data-insert='{{ order_number }}']").click()
    expect(subject).to_have_value("Danke: {{ order_number }}")
    preview = desk.locator("#preview")
    expect(preview.get_by_text("Danke: O-000042")).to_be_visible()
    desk.locator("#preview-number").fill(order)
    expect(preview.get_by_text(f"Danke: {order}")).to_be_visible()
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(desk.get_by_text(SAVED)).to_be_visible()


def tries_it(desk: Page, vendor: StandIn, order: str) -> None:
    """Send test mail, with the values of a record."""
    desk.locator("a", has_text="Send test mail").first.click()
    dialog = desk.locator("#dialog")
    dialog.locator("[name=number]").fill(order)
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(desk.get_by_text(f"has taken the test mail to {DAN}")).to_be_visible()
    assert [mail["subject"] for mail in vendor.inbox()] == [
        "Test mail",
        f"Danke: {order}",
    ]


def the_confirmation_arrives(vendor: StandIn, account: Account, order: str) -> None:
    """The billing contact and the archive have it; nothing came twice."""
    assert eventually(lambda: len(vendor.inbox()) == 4, seconds=20)
    (*_tests, mail, copy) = vendor.inbox()
    assert mail["to"] == [account.contacts.get().email]
    assert copy["to"] == ["archive@aurora.example"]
    for each in (mail, copy):
        assert each["subject"] == f"Danke: {order}"
        assert "117,81 €" in each["html"]
        assert "archive" not in each["text"]


def it_stands_on_the_page_of_the_order(desk: Page, pk: int) -> None:
    desk.goto(f"/bss/orders/order/{pk}/change/")
    row = desk.locator("#mails tr", has_text="Danke:")
    expect(row.get_by_text("Sent", exact=True)).to_be_visible()
