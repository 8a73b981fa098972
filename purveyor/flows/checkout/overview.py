"""What the first page under Billing tells at a glance, each figure up to a limit."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Sum

from purveyor.domain.accounts.membership import Membership
from purveyor.domain.accounts.models import Account
from purveyor.domain.accounts.queries import held_by
from purveyor.domain.assets.holdings import Standing as Holding
from purveyor.domain.assets.holdings import count_holdings
from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.invoices.bills import Owed, owed_by
from purveyor.domain.invoices.credit import Credit, credit_of
from purveyor.domain.invoices.queries import months_until
from purveyor.flows.checkout.purchases import (
    Purchase,
    Standing,
    Wish,
    count_purchases,
    list_purchases,
)
from purveyor.kernel import clock

LATEST = 5
COUNT_MAX = 1_000
MONTHS = 12
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Month:
    """How many licenses were bought in a month; its share of the best one's."""

    day: date
    licenses: int
    percent: int

    @property
    def rest(self) -> int:
        """What is missing to the best month, in percent."""
        return PERCENT - self.percent


@dataclass(frozen=True, slots=True)
class Overview:
    """
    Where an account and its end customers stand.

    Counts end at `COUNT_MAX`. `owed` and `credit` are for who is billed itself; without
    a limit there is no credit to tell of.
    """

    latest: tuple[Purchase, ...]
    open_orders: int
    for_approval: int
    ready: int
    coming: int
    expiring: int
    months: tuple[Month, ...]
    owed: tuple[Owed, ...]
    credit: Credit | None

    @property
    def licenses(self) -> int:
        """How many licenses were bought in all of the months."""
        return sum(month.licenses for month in self.months)


def overview_of(*, member: Membership, now: datetime) -> Overview:
    """Return where an account stands, as a member may know it."""
    account, today = member.account, clock.day_of(now)
    is_payer = member.may("invoices.view")
    has_limit = is_payer and account.credit_limit is not None

    def orders(standing: Standing) -> int:
        return count_purchases(member=member, standing=standing, limit=COUNT_MAX)

    def assets(standing: Holding) -> int:
        return count_holdings(
            seen_by=account, standing=standing, now=now, limit=COUNT_MAX
        )

    return Overview(
        latest=list_purchases(member=member, wish=Wish(), today=today, limit=LATEST),
        open_orders=orders(Standing.OPEN),
        for_approval=orders(Standing.APPROVAL),
        ready=assets(Holding.READY),
        coming=assets(Holding.COMING),
        expiring=assets(Holding.EXPIRING),
        months=bought_by_month(seen_by=account, today=today),
        owed=owed_by(payer=account, today=today) if is_payer else (),
        credit=credit_of(account) if has_limit else None,
    )


def bought_by_month(*, seen_by: Account, today: date) -> tuple[Month, ...]:
    """
    Return how many licenses were bought in each of the last months, this one included.

    Shape:   one row for every month, the oldest first, also where nothing was bought.
    Units:   licenses, by purchase date; what was cancelled was not bought.
    Errors:  none.
    Source:  docs/howto/find-orders-and-invoices.md
    """
    span = months_until(day=today, count=MONTHS)
    bought = Asset.objects.filter(held_by(seen_by), purchase_date__gte=span[0])
    by_day = (
        bought.exclude(state=AssetState.CANCELLED)
        .order_by()
        .values_list("purchase_date")
        .annotate(Sum("quantity"))
    )
    sums: Counter[date] = Counter()
    for day, licenses in by_day:
        sums[day.replace(day=1)] += licenses
    most = max(sums.values(), default=0)
    return tuple(
        Month(day, sums[day], sums[day] * PERCENT // (most or 1)) for day in span
    )
