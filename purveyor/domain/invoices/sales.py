"""
What was sold: sums of the charges, whether they are invoiced yet or not.

A charge belongs to the month in which its items were executed, where the distributor
works; one that was dropped was not sold. The database adds up, from the index of what
was sold alone; what is returned is bounded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, DateField, F, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.expiry import beginning_of
from purveyor.domain.catalogue.models import Product
from purveyor.domain.invoices.lifecycle import ChargeState
from purveyor.domain.invoices.models import Charge
from purveyor.domain.invoices.queries import MONTHS_MAX, months_until
from purveyor.kernel import clock
from purveyor.kernel.money import Money

BUYERS_MAX = 100

_SUMS: dict[str, Any] = {
    "net": Sum("net_amount"),
    "cost": Sum("cost_amount"),
    "licenses": Sum("quantity"),
}


@dataclass(frozen=True, slots=True)
class Sold:
    """What was sold, without tax, and what it cost; in one currency."""

    net: Money
    cost: Money
    licenses: int

    @property
    def margin(self) -> Money:
        """What is left of the price after the cost."""
        return self.net - self.cost

    @property
    def margin_percent(self) -> Decimal | None:
        """What is left in per cent of the price; nothing if nothing was asked."""
        if not self.net.amount:
            return None
        return (100 * self.margin.amount / self.net.amount).quantize(Decimal("0.1"))

    def __add__(self, other: "Sold") -> "Sold":
        return Sold(
            self.net + other.net, self.cost + other.cost, self.licenses + other.licenses
        )


@dataclass(frozen=True, slots=True)
class MonthOfVendor:
    """What was sold of one vendor in one month, in one currency."""

    month: date
    vendor: str
    sold: Sold


@dataclass(frozen=True, slots=True)
class Buyer:
    """What a reseller or a direct customer has bought, in one currency."""

    account_id: int
    account_number: str
    account_name: str
    sold: Sold


def sold_by_month(*, now: datetime, months: int = 12) -> tuple[MonthOfVendor, ...]:
    """
    Return what was sold in each of the last months, this one included, by vendor.

    Shape:   a row for every month, vendor and currency in which something was sold;
             oldest month first, then by vendor and currency. Months without sales have
             no row.
    Units:   net amounts and costs as agreed on the order; months where the distributor
             works.
    Errors:  none; more than `MONTHS_MAX` months are cut to that.
    Source:  the BSS dashboard
    """
    span = months_until(day=clock.day_of(now), count=min(months, MONTHS_MAX))
    cases = [
        When(created_at__gte=beginning_of(month), then=Value(month))
        for month in reversed(span)
    ]
    rows = list(
        _charges(since=span[0])
        .annotate(month=Case(*cases, output_field=DateField()))
        .values("month", "currency", "product")
        .annotate(**_SUMS)
    )
    vendors = dict(
        Product.objects.filter(pk__in={row["product"] for row in rows}).values_list(
            "pk", "product_type__application__name"
        )
    )
    sums: dict[tuple[date, str, str], Sold] = {}
    for row in rows:
        key = (row["month"], vendors[row["product"]], row["currency"])
        sums[key] = sums[key] + _sold(row) if key in sums else _sold(row)
    return tuple(
        MonthOfVendor(month, vendor, sums[month, vendor, currency])
        for month, vendor, currency in sorted(sums)
    )


def best_buyers(
    *, now: datetime, months: int = 12, limit: int = 10
) -> tuple[Buyer, ...]:
    """
    Return who has bought most in the last months: resellers and direct customers.

    Shape:   the best first; what an end customer buys counts for its reseller. Who buys
             in two currencies has two rows.
    Units:   as in `sold_by_month`; amounts of different currencies are compared as they
             are, so this is an order for reading, not a ranking.
    Errors:  none; more than `BUYERS_MAX` are cut to that.
    Source:  the BSS dashboard
    """
    span = months_until(day=clock.day_of(now), count=min(months, MONTHS_MAX))
    best = list(
        _charges(since=span[0])
        .annotate(buyer=Coalesce("account__parent", "account"))
        .values("buyer", "currency")
        .annotate(**_SUMS)
        .order_by(F("net").desc(), "buyer", "currency")[: min(limit, BUYERS_MAX)]
    )
    known = Account.objects.in_bulk({row["buyer"] for row in best})
    return tuple(
        Buyer(
            row["buyer"],
            known[row["buyer"]].number,
            known[row["buyer"]].name,
            _sold(row),
        )
        for row in best
    )


def _charges(*, since: date) -> QuerySet[Charge]:
    sold = Charge.objects.exclude(state=ChargeState.DROPPED)
    return sold.filter(created_at__gte=beginning_of(since))


def _sold(row: Mapping[str, Any]) -> Sold:
    return Sold(
        net=Money(row["net"], row["currency"]),
        cost=Money(row["cost"], row["currency"]),
        licenses=row["licenses"],
    )
