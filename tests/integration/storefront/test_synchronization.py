"""Whom a vendor has to know before something is bought, by each policy."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Order
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import (
    AccountLink,
    Buyers,
    LinkOf,
    ServiceManagerSetup,
    SyncFields,
)
from purveyor.flows.execution.street import STREET
from purveyor.kernel import clock
from purveyor.kernel.work.engine import drain
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.catalogue import a_product
from tests.factories.members import a_member, a_visit
from tests.factories.provisioning import a_link, a_setup
from tests.support.shopping import CODE, buys, fills_the_basket, page
from tests.support.stand_in import API_KEY, WORKGROUP, a_stand_in

UNKNOWN = "BitTitan does not know {} yet"


@pytest.fixture(autouse=True)
def shop() -> None:
    """Set up a shop that sells one product."""
    a_setup()
    a_product()


def buys_for(customer: Account) -> Client:
    """Return a browser in which a reseller has a basket for a customer."""
    assert customer.parent is not None
    client = a_visit(a_member(account=customer.parent))
    fills_the_basket(client)
    chosen = {f"quantity-{CODE}": 10, "receiver": customer.number}
    client.post("/basket/change/", chosen)
    return client


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ({}, True),
        ({"require_prior_sync": False}, False),
        ({"sync_on_checkout": True}, False),
        ({"require_prior_sync": False, "sync_on_checkout": True}, False),
        (
            {"sync_on_checkout": True, "sync_fields": SyncFields.EMAIL_PASSWORD},
            True,
        ),
    ],
)
def test_an_unknown_account_is_told_so_unless_a_policy_does_without(
    policy: dict[str, Any], *, told: bool
) -> None:
    ServiceManagerSetup.objects.update(**policy)
    client = a_visit(a_member(account=an_account(name="Nordlys")))

    basket = fills_the_basket(client)

    for address in ("/", "/basket/"):
        assert (UNKNOWN.format("Nordlys") in page(client, address)) is told
    assert (client.get(f"/checkout/{basket.key}/").status_code == 302) is told


def test_an_account_without_an_address_cannot_be_synchronized_on_the_way() -> None:
    ServiceManagerSetup.objects.update(sync_on_checkout=True)
    account = an_account(name="Nordlys")
    account.contacts.all().delete()
    Account.objects.filter(pk=account.pk).update(email="")

    client = a_visit(a_member(account=Account.objects.get(pk=account.pk)))
    fills_the_basket(client)

    assert UNKNOWN.format("Nordlys") in page(client, "/basket/")


@pytest.mark.parametrize(
    ("link_of", "known", "told"),
    [
        (LinkOf.RECEIVER, "customer", ""),
        (LinkOf.RECEIVER, "reseller", "Lea"),
        (LinkOf.RESELLER, "reseller", ""),
        (LinkOf.RESELLER, "customer", "Northwind"),
    ],
)
def test_by_policy_the_receiver_or_its_reseller_has_to_be_known(
    link_of: LinkOf, known: str, told: str
) -> None:
    ServiceManagerSetup.objects.update(link_of=link_of)
    lea = an_end_customer(reseller=a_reseller(), name="Lea")
    a_link(account=lea if known == "customer" else lea.parent or lea)

    shown = page(buys_for(lea), "/basket/")

    assert ("BitTitan does not know" in shown) is bool(told)
    assert not told or UNKNOWN.format(told) in shown


@pytest.mark.parametrize(
    ("allowed", "for_customer", "for_itself"),
    [
        (Buyers.ALL, True, True),
        (Buyers.RESELLERS, True, True),
        (Buyers.RESELLERS_FOR_END_CUSTOMERS, True, False),
    ],
)
def test_by_policy_a_reseller_buys_for_itself_or_for_its_customers(
    allowed: Buyers, *, for_customer: bool, for_itself: bool
) -> None:
    ServiceManagerSetup.objects.update(allowed_buyers=allowed, require_prior_sync=False)
    lea = an_end_customer(reseller=a_reseller(), name="Lea")
    client = buys_for(lea)
    refused = "cannot be bought for"

    assert (refused not in page(client, "/basket/")) is for_customer
    own = {f"quantity-{CODE}": 10, "receiver": lea.parent and lea.parent.number}
    client.post("/basket/change/", own)
    assert (refused not in page(client, "/basket/")) is for_itself


def test_what_is_sold_to_resellers_is_not_shown_to_others() -> None:
    ServiceManagerSetup.objects.update(allowed_buyers=Buyers.RESELLERS)
    client = a_visit(a_member(account=an_account()))

    assert CODE not in page(client, "/")
    assert client.get(f"/products/{CODE}/").status_code == 404


def test_the_vendor_is_told_on_the_way_and_makes_what_was_ordered(
    tmp_path: Path,
) -> None:
    """Over real HTTP: the account first, then the coupon, each once."""
    with a_stand_in(tmp_path) as vendor:
        a_setup(
            address=vendor.api_url,
            api_key=API_KEY,
            workgroup=WORKGROUP,
            sync_on_checkout=True,
        )
        lea = an_end_customer(reseller=a_reseller(), name="Lea")
        client = a_visit(a_member(account=lea))

        order = buys(client)
        link = AccountLink.objects.get()
        assert (link.account, link.status) == (lea, LinkStatus.SYNCHRONIZING)
        assert order.state == OrderState.EXECUTED
        for _turn in range(3):
            drain(STREET, now=clock.now())

        link.refresh_from_db()
        asset = Asset.objects.get()
        assert link.status == LinkStatus.SYNCHRONIZED
        assert len(vendor.all_accounts()) == 1
        assert asset.sync_status == SyncStatus.SYNCHRONIZED
        assert len(vendor.made(asset.key)) == 1
        assert "All of it is delivered" in page(client, f"/orders/{order.number}/")
        assert Order.objects.count() == 1
