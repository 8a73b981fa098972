"""What was sold before charges and assets said what it cost is filled in."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.models import Charge
from purveyor.domain.orders.lines import Line
from purveyor.domain.orders.operations import (
    put_items,
)
from purveyor.flows.ordering.operations import submit_order
from tests.factories.accounts import an_account
from tests.factories.catalogue import BUNDLE, a_product
from tests.factories.moments import DAN, NOON
from tests.factories.orders import a_draft_order, an_execution
from tests.factories.provisioning import a_link

pytestmark = pytest.mark.django_db(transaction=True)

NET = "UPDATE invoices_charge SET net_amount = 1"
COST = "UPDATE invoices_charge SET cost_amount = 1"
BEFORE = [("assets", "0004_of_account"), ("invoices", "0005_of_a_payer")]


@pytest.fixture
def newest_tables_afterwards() -> Iterator[None]:
    yield
    migrate_to_the_newest()


def migrate_to_the_newest() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def a_sale(*, currency: str, discount: str = "0") -> None:
    """Sell seven bundles on one line, and have it executed."""
    order = a_draft_order(account=an_account(currency=currency), items=0)
    product = a_product(external_id=BUNDLE, price="10.20", currency=currency)
    line = Line(product, 7, Decimal(discount))
    put_items(order=order, lines=[line], actor=DAN, now=NOON)
    a_link(account=order.account)
    submit_order(order=order, actor=DAN, now=NOON)
    an_execution(order=order)


def test_charges_and_assets_get_what_stands_on_the_order_item(
    newest_tables_afterwards: None,
) -> None:
    a_sale(currency="EUR", discount="2.50")  # half a cent is in it
    a_sale(currency="JPY")  # has no cents
    MigrationExecutor(connection).migrate(BEFORE)

    migrate_to_the_newest()

    charges = Charge.objects.select_related("order_item")
    assets = Asset.objects.select_related("order_item")
    for sold in chain[Charge | Asset](charges, assets):
        item = sold.order_item
        assert (sold.net, sold.cost) == (item.net, item.cost)
        assert sold.product_id == item.product_id
    assert len(charges) == len(assets) == 2


def test_what_was_billed_is_frozen_again(newest_tables_afterwards: None) -> None:
    a_sale(currency="EUR")
    MigrationExecutor(connection).migrate(BEFORE)
    assert not can_send(NET)

    migrate_to_the_newest()

    assert not can_send(NET)
    assert not can_send(COST)


def can_send(statement: str) -> bool:
    """Return whether the database does as it is told."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except IntegrityError:
        return False
    return True
