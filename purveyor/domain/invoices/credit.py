"""
How much credit an account has left.

What it owes stands on issued invoices; what it will owe on drafts, on charges that wait
to be billed, and on orders that were submitted and are not executed yet. An order that
waits for approval takes nothing of the credit: it may never be executed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Count, DecimalField, F, QuerySet, Sum, Value

from purveyor.domain.accounts.models import Account
from purveyor.domain.invoices.lifecycle import ChargeState, InvoiceState
from purveyor.domain.invoices.models import Charge, Invoice
from purveyor.domain.orders.lifecycle import ItemState, OrderState
from purveyor.domain.orders.models import OrderItem
from purveyor.kernel.money import Money, total

ORDERED = "ORDERED"
AMOUNT = DecimalField(max_digits=18, decimal_places=2)
PERCENT = DecimalField(max_digits=5, decimal_places=2)


@dataclass(frozen=True, slots=True)
class Credit:
    """
    What an account may owe, and what has been used of that. No limit is None.

    `owed` is on issued invoices, `unbilled` on drafts and pending charges, `ordered` on
    submitted orders that are not executed yet.
    """

    limit: Money | None
    owed: Money
    unbilled: Money
    ordered: Money

    @property
    def used(self) -> Money:
        """What is owed, or will be."""
        return self.owed + self.unbilled + self.ordered

    @property
    def available(self) -> Money | None:
        """What may still be ordered; below nought if the limit is exceeded."""
        return None if self.limit is None else self.limit - self.used

    @property
    def over(self) -> Money | None:
        """By how much the limit is exceeded; None if it is not."""
        if self.limit is None or not self.limit < self.used:
            return None
        return self.used - self.limit

    def minus(self, amount: Money) -> "Credit":
        """Return the credit as it would be had this not been ordered."""
        return replace(self, ordered=self.ordered - amount)

    def plus(self, amount: Money) -> "Credit":
        """Return the credit as it would be if this were ordered."""
        return replace(self, ordered=self.ordered + amount)


def credit_of(account: Account) -> Credit:
    """Return the credit of one account, as `credits_of` does."""
    return credits_of([account])[account.pk]


def credits_of(accounts: Iterable[Account]) -> dict[int, Credit]:
    """
    Return the credit of some accounts by their id, in one statement.

    One statement sees one moment: what is executed meanwhile counts once, as ordered or
    as owed, and never not at all.

    Units:  each account's currency; what was billed in another one is left out.
    Errors: none.
    Source: domain sheet 3.4: limit, less the balance, less estimated charges.
    """
    every = {account.pk: account for account in accounts}
    sums: dict[tuple[int, str], Money] = {}
    rows = _invoiced(every).union(_pending(every), _ordered(every), all=True)
    for pk, kind, *line in rows:
        amount = _amount(tuple(line), every[pk].currency)
        known = sums.get((pk, kind))
        sums[pk, kind] = amount if known is None else known + amount
    return {pk: _credit(account, sums) for pk, account in every.items()}


def lock_credit(*, account: Account) -> Credit | None:
    """
    Return the credit of an account, kept for this transaction; None if unlimited.

    Of two orders that each fit but not together, the second waits here for the first,
    and then sees it.
    """
    payer = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    return None if payer.credit_limit is None else credit_of(payer)


def _invoiced(accounts: Iterable[int]) -> QuerySet[Any, Any]:
    invoices = Invoice.objects.filter(
        bill_to__in=accounts,
        state__in=(InvoiceState.ISSUED, InvoiceState.DRAFT),
        currency=F("bill_to__currency"),
    )
    return _summed(invoices)


def _pending(accounts: Iterable[int]) -> QuerySet[Any, Any]:
    charges = Charge.objects.filter(
        bill_to__in=accounts,
        state=ChargeState.PENDING,
        currency=F("bill_to__currency"),
    )
    return _summed(charges)


def _summed(bills: QuerySet[Any]) -> QuerySet[Any, Any]:
    """Return what was billed, in the columns of `_ordered`."""
    nought = Value(Decimal(0), PERCENT)
    columns: QuerySet[Any, Any] = (
        bills.order_by()
        .values("bill_to", "state")
        .annotate(
            price=Sum(F("net_amount") + F("tax_amount"), output_field=AMOUNT),
            pieces=Value(1),
            off=nought,
            taxed=nought,
            times=Value(1),
        )
        .values_list("bill_to", "state", "price", "pieces", "off", "taxed", "times")
    )
    return columns


def _ordered(accounts: Iterable[int]) -> QuerySet[Any, Any]:
    """Return the open items, equal ones as one row: each is rounded on its line."""
    facts = ("unit_price", "quantity", "discount_percent", "tax_percent")
    items = OrderItem.objects.filter(
        order__bill_to__in=accounts,
        order__state__in=(OrderState.SUBMITTED, OrderState.EXECUTING),
        order__currency=F("order__bill_to__currency"),
        state=ItemState.OPEN,
    )
    columns: QuerySet[Any, Any] = (
        items.order_by()
        .values("order__bill_to", *facts)
        .annotate(kind=Value(ORDERED, CharField()), times=Count("pk"))
        .values_list("order__bill_to", "kind", *facts, "times")
    )
    return columns


def _amount(line: tuple[Decimal, int, Decimal, Decimal, int], currency: str) -> Money:
    """Return what equal lines cost with tax; rounded as `OrderItem` rounds."""
    price, pieces, off, taxed, times = line
    gross = Money(price * pieces, currency)
    net = gross - gross * (off / 100)
    return (net + net * (taxed / 100)) * times


def _credit(account: Account, sums: Mapping[tuple[int, str], Money]) -> Credit:
    def of(*kinds: str) -> Money:
        found = (sums.get((account.pk, kind)) for kind in kinds)
        return total((each for each in found if each is not None), account.currency)

    limit = account.credit_limit
    return Credit(
        limit=None if limit is None else Money(limit, account.currency),
        owed=of(InvoiceState.ISSUED),
        unbilled=of(ChargeState.PENDING, InvoiceState.DRAFT),
        ordered=of(ORDERED),
    )
