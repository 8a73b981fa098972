"""The end customers of a reseller in rows: what each one has, counted to a limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    FETCH_RAISE,
    IntegerField,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
)

from purveyor.domain.accounts.customers import ROWS_MAX, customers_by_name
from purveyor.domain.accounts.models import Account, Address
from purveyor.domain.assets.models import Asset
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Order

#: Nobody needs to know more exactly how much there is, and counting has a price.
COUNT_MAX = 100
OPEN = (OrderState.SUBMITTED, OrderState.AWAITING_APPROVAL, OrderState.EXECUTING)


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are, counted to a limit."""

    number: int

    def __str__(self) -> str:
        is_cut = self.number >= COUNT_MAX
        return f"{COUNT_MAX - 1}+" if is_cut else str(self.number)

    def __bool__(self) -> bool:
        return self.number > 0


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One end customer in plain values."""

    number: str
    name: str
    email: str
    phone: str
    tax_number: str
    line1: str
    postcode: str
    city: str
    country: str
    needs_approval: bool
    may_order: bool
    assets: Count
    open_orders: Count
    created_at: datetime


def list_customers(
    *, reseller: Account, term: str = "", after: str = "", limit: int = 25
) -> tuple[CustomerRow, ...]:
    """
    Return the end customers of a reseller by name, each with what it has.

    The next page begins `after` the number of the last row of this one. Two statements,
    however many customers and records there are.
    """
    found = customers_by_name(reseller=reseller, term=term, after=after).annotate(
        assets_count=_counted(Asset.objects.all()),
        open_orders_count=_counted(Order.objects.filter(state__in=OPEN)),
    )
    billing = Address.objects.filter(is_billing=True)
    with_addresses = found.prefetch_related(
        Prefetch("addresses", billing, "billing_addresses")
    )
    page = with_addresses.fetch_mode(FETCH_RAISE)[: min(limit, ROWS_MAX)]
    return tuple(_row(customer) for customer in page)


class _Counted(Subquery):
    """The number of rows of a subquery, which has a limit of its own."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def _counted(records: QuerySet[Any]) -> _Counted:
    of_account = records.filter(account=OuterRef("pk")).order_by()
    return _Counted(of_account.values("pk")[:COUNT_MAX])


def _row(customer: Any) -> CustomerRow:
    addresses: Sequence[Address] = customer.billing_addresses
    address = addresses[0] if addresses else Address()
    return CustomerRow(
        number=customer.number,
        name=customer.name,
        email=customer.email,
        phone=customer.phone,
        tax_number=customer.tax_number,
        line1=address.line1,
        postcode=address.postcode,
        city=address.city,
        country=address.country,
        needs_approval=customer.needs_reseller_approval,
        may_order=customer.is_ordering_enabled,
        assets=Count(customer.assets_count),
        open_orders=Count(customer.open_orders_count),
        created_at=customer.created_at,
    )
