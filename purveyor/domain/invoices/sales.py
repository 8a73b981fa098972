"""
What was sold: sums of the charges, whether they are invoiced yet or not.

A charge belongs to the month in which its items were executed, where the distributor
works; one that was dropped was not sold. The database adds up, what is returned is
bounded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    DateField,
    DecimalField,
    ExpressionWrapper,
    F,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from purveyor.domain.assets.expiry import beginning_of
from purveyor.domain.invoices.lifecycle import ChargeState
from purveyor.domain.invoices.models import Charge
from purveyor.domain.invoices.queries import MONTHS_MAX, months_until
from purveyor.kernel import clock
from purveyor.kernel.money import Money

BUYERS_MAX = 100

_AMOUNT: DecimalField[Any, Any] = DecimalField(max_digits=24, decimal_places=2)
_COST = ExpressionWrapper(F("order_item__unit_cost") * F("quantity"), _AMOUNT)
_SUMS: dict[str, Any] = {
    "net": Sum("net_amount"),
    "cost": Sum(_COST),
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
    vendor = "order_item__product__product_type__application__name"
    rows = (
        _charges(since=span[0])
        .annotate(month=Case(*cases, output_field=DateField()), vendor=F(vendor))
        .values("month", "vendor", "currency")
        .annotate(**_SUMS)
        .order_by("month", "vendor", "currency")
    )
    return tuple(MonthOfVendor(r["month"], r["vendor"], _sold(r)) for r in rows)


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
    rows = (
        _charges(since=span[0])
        .annotate(
            buyer=Coalesce("account__parent", "account"),
            number=Coalesce("account__parent__number", "account__number"),
            name=Coalesce("account__parent__name", "account__name"),
        )
        .values("buyer", "number", "name", "currency")
        .annotate(**_SUMS)
        .order_by(F("net").desc(), "buyer", "currency")
    )[: min(limit, BUYERS_MAX)]
    return tuple(Buyer(r["buyer"], r["number"], r["name"], _sold(r)) for r in rows)


def _charges(*, since: date) -> QuerySet[Charge]:
    sold = Charge.objects.exclude(state=ChargeState.DROPPED)
    return sold.filter(created_at__gte=beginning_of(since))


def _sold(row: Mapping[str, Any]) -> Sold:
    return Sold(
        net=Money(row["net"], row["currency"]),
        cost=Money(row["cost"], row["currency"]),
        licenses=row["licenses"],
    )
