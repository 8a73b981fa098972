"""
What stands on an invoice, as plain values.

The seller and the buyer are frozen on the invoice as JSON on the day of issue, so
the classes here also say how they are written down and read again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from purveyor.kernel.money import Money, total

PAYMENT_DAYS_DEFAULT = 30


@dataclass(frozen=True, slots=True)
class Party:
    """A company with its address, as it was on one day."""

    name: str = ""
    address: tuple[str, ...] = ()
    country: str = ""
    tax_number: str = ""

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Self:
        """Return what was written down; what is missing there stays empty."""
        known = {f.name for f in fields(cls)} & written.keys()
        values = {name: written[name] for name in known}
        return cls(**{**values, "address": tuple(values.get("address", ()))})

    def to_json(self) -> dict[str, Any]:
        """Return the values as they are written down on the invoice."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {**values, "address": list(self.address)}


@dataclass(frozen=True, slots=True)
class Seller(Party):
    """The distributor, with how to reach and to pay it."""

    email: str = ""
    phone: str = ""
    website: str = ""
    bank_account: str = ""
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Buyer(Party):
    """
    Who pays, until when, and for whom.

    By the number of an order, which stays its own when accounts are merged:
    `delivered_to` names the account that got what another one pays for, and `po_codes`
    are those of the orders, if there are several on one invoice.
    """

    number: str = ""
    payment_method: str = ""
    payment_days: int = PAYMENT_DAYS_DEFAULT
    delivered_to: Mapping[str, str] = field(default_factory=dict)
    po_codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line of the document."""

    description: str
    order_number: str
    delivered_to: str
    quantity: int
    unit_price: Money
    discount_percent: Decimal
    net: Money
    tax_name: str
    tax_percent: Decimal
    tax: Money
    po_code: str = ""


@dataclass(frozen=True, slots=True)
class TaxRow:
    """All lines with one tax: what they cost without it, and the tax."""

    name: str
    percent: Decimal
    net: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """
    Everything that stands on one invoice.

    `number` is empty on a draft; `watermark` stands across each page; `made_at` is the
    date inside the file, so equal documents make equal files.
    """

    language: str
    watermark: str
    number: str
    issue_date: date | None
    due_date: date | None
    po_code: str
    currency: str
    seller: Seller
    buyer: Buyer
    logo: bytes | None
    lines: tuple[DocumentLine, ...]
    made_at: datetime

    @property
    def net(self) -> Money:
        """The sum of the lines without tax."""
        return total((line.net for line in self.lines), self.currency)

    @property
    def tax(self) -> Money:
        """The sum of the taxes that were rounded on the lines."""
        return total((line.tax for line in self.lines), self.currency)

    @property
    def total(self) -> Money:
        """What is to be paid."""
        return self.net + self.tax

    @property
    def tax_rows(self) -> tuple[TaxRow, ...]:
        """The tax table, highest rate first."""
        return tax_table(self.lines, self.currency)


def tax_table(lines: Sequence[DocumentLine], currency: str) -> tuple[TaxRow, ...]:
    """
    Return one row for each tax (name and percent) on the lines.

    Shape:   any number of lines, all of one currency.
    Units:   amounts were rounded half up on their line, so rows are exact sums.
    Errors:  `CurrenciesDiffer`, if a line is in another currency.
    Source:  docs/decisions/0005-money.md
    """
    groups: dict[tuple[Decimal, str], list[DocumentLine]] = {}
    for line in lines:
        groups.setdefault((line.tax_percent, line.tax_name), []).append(line)
    return tuple(
        TaxRow(
            name,
            percent,
            total((line.net for line in group), currency),
            total((line.tax for line in group), currency),
        )
        for (percent, name), group in sorted(
            groups.items(), key=lambda entry: (-entry[0][0], entry[0][1])
        )
    )
