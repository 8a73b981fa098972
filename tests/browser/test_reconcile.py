"""The vendor made it and we did not hear: found, approved and mailed, by clicks."""

from playwright.sync_api import Page, expect

from purveyor.domain.assets.models import Asset
from purveyor.domain.provisioning.models import ServiceManagerSetup
from purveyor.flows.reconciliation.models import ReconciliationRun
from tests.browser.test_sell_a_licence import (
    adds_an_account,
    executes_it,
    goes_to,
    orders_ten_licenses,
    synchronizes_it,
    the_mail_has_arrived,
)
from tests.factories.reconciliation import a_policy
from tests.support.stand_in import StandIn, eventually
from tests.support.workers import Crew


def test_dan_finds_the_coupon_whose_answer_was_lost(
    desk: Page, vendor: StandIn, crew: Crew
) -> None:
    a_policy(is_nightly=False, needs_second_person=False)
    ServiceManagerSetup.objects.update(finds_by_key=False)
    vendor.turns(lookup_by_reference=False)
    crew.starts()
    asset = buys_while_the_answer_is_lost(desk, vendor)

    reconciles_now(desk)
    expect(desk.get_by_text("Line 1", exact=True)).to_be_visible()
    assert desk.locator(".bss-line-head").count() == 1
    expect(desk.get_by_role("link", name=asset.number)).to_be_visible()
    expect(desk.get_by_text("To be done: 1 × Adopt.")).to_be_visible()

    approves_the_plan(desk)
    expect(desk.get_by_text("Lines done: 1. Lines refused: 0.")).to_be_visible()
    desk.get_by_role("link", name=asset.number).click()
    expect(desk.get_by_text("Synchronized", exact=True).first).to_be_visible()

    (coupon,) = vendor.made(asset.key)
    the_mail_has_arrived(vendor, coupon)
    assert coupon["code"] not in desk.content()


def buys_while_the_answer_is_lost(desk: Page, vendor: StandIn) -> Asset:
    """Return an asset in doubt that waits for a person; the vendor has its coupon."""
    adds_an_account(desk, "Contoso")
    synchronizes_it(desk)
    number = orders_ten_licenses(desk, "Contoso")
    vendor.fails("hang_up_after", call="make_coupon")
    executes_it(desk)
    assets = Asset.objects.filter(order_item__order__number=number)
    parked = assets.filter(parked_at__isnull=False)
    assert eventually(parked.exists, seconds=20)
    return parked.get()


def reconciles_now(desk: Page) -> None:
    """Operations > Reconciliation > Reconcile now; wait for the plan."""
    goes_to(desk, "reconciliation/reconciliationrun")
    expect(desk.get_by_text("Nothing was compared yet")).to_be_visible()
    desk.get_by_role("link", name="Reconcile now").click()
    desk.locator("#dialog").get_by_role("button", name="Reconcile now").click()
    desk.wait_for_url("**/change/")
    expect(desk.get_by_text("Planned", exact=True).first).to_be_visible()


def approves_the_plan(desk: Page) -> None:
    """Press Approve, and Approve in the dialog."""
    desk.get_by_role("link", name="Approve").click()
    desk.locator("#dialog").get_by_role("button", name="Approve").click()
    expect(desk.get_by_text("Applied", exact=True).first).to_be_visible()
    assert ReconciliationRun.objects.get().done_count == 1
