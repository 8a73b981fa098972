"""
A file with prices, compared with the price list: what would change, and what is wrong.

Pure: no database, equal plans for equal input. The plan has a token; an import is
applied only as it was shown.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from purveyor.domain.catalogue.models import STEP_MAX
from purveyor.domain.catalogue.price_lists import check_amount
from purveyor.kernel.errors import Refused

CODE, PRODUCT, FROM, PRICE, COST, CURRENCY = (
    "code",
    "product",
    "from quantity",
    "price",
    "cost",
    "currency",
)
#: The columns of a file, as an export names them.
COLUMNS = (CODE, PRODUCT, FROM, PRICE, COST, CURRENCY)
REQUIRED = (CODE, PRICE, COST)
#: What else people call them.
ALSO_CALLED = {
    "product code": CODE,
    "from": FROM,
    "quantity": FROM,
    "unit price": PRICE,
    "unit cost": COST,
}
PLAIN_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
AMBIGUOUS = re.compile(r"[+-]?\d{1,3}[.,]\d{3}")
DECIMALS_MAX = 6  # what a spreadsheet's reckoning leaves behind is further back


class Change(TextChoices):
    """What a row of the file does to the price list."""

    WRONG = "WRONG", gettext_lazy("Wrong")
    ADDED = "ADDED", gettext_lazy("Added")
    CHANGED = "CHANGED", gettext_lazy("Changed")
    UNCHANGED = "UNCHANGED", gettext_lazy("Unchanged")
    EMPTY = "EMPTY", gettext_lazy("No price given")


class WrongRow(Refused):
    """A row of a file cannot be taken over."""

    code = "catalogue.wrong_row"


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of the file: its number in it, and its cells by column."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Held:
    """What a product costs on the list now."""

    unit_price: Decimal
    unit_cost: Decimal


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What one row does: old and new price and cost, or why it is wrong."""

    number: int
    change: Change
    code: str
    product_id: int | None = None
    product_name: str = ""
    from_quantity: int = 1
    unit_price: Decimal | None = None
    unit_cost: Decimal | None = None
    old_price: Decimal | None = None
    old_cost: Decimal | None = None
    trouble: str = ""

    @property
    def is_below_cost(self) -> bool:
        """Whether it would be sold for less than it costs us."""
        price, cost = self.unit_price, self.unit_cost
        return price is not None and cost is not None and price < cost


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """All rows of a file, in their order, and how many of each kind."""

    rows: tuple[PlanRow, ...]

    @property
    def counts(self) -> dict[Change, int]:
        """How many rows there are of each kind."""
        return {
            change: sum(row.change == change for row in self.rows) for change in Change
        }

    @property
    def changes(self) -> tuple[PlanRow, ...]:
        """The rows that would be written."""
        return tuple(row for row in self.rows if row.change in WRITTEN)

    @property
    def token(self) -> str:
        """What tells this plan from any other."""
        whole = json.dumps([asdict(row) for row in self.rows], default=str)
        return hashlib.sha256(whole.encode()).hexdigest()


WRITTEN = (Change.ADDED, Change.CHANGED)


@dataclass(frozen=True, slots=True)
class Sold:
    """A product as a row names it."""

    product_id: int
    name: str


def compare_file(
    rows: Sequence[FileRow],
    *,
    currency: str,
    products: Mapping[str, Sold],
    held: Mapping[tuple[int, int], Held],
) -> ImportPlan:
    """
    Return what a file would change on a price list.

    Shape:  `products` by code, `held` by product and from quantity.
            What is not in the file stays as it is. A row without price and cost is
            passed over; of two rows with one product and quantity the second is wrong.
    Units:  amounts of the list's currency, `1234.50` or `1234,50`.
    Errors: none; what is wrong stands in the rows.
    Source: docs/howto/keep-price-lists.md
    """
    seen: dict[tuple[int, int], int] = {}
    plan = []
    for row in rows:
        read = _read(row, currency, products)
        if read.change in WRITTEN and read.product_id is not None:
            step = (read.product_id, read.from_quantity)
            first = seen.setdefault(step, row.number)
            if first != row.number:
                told = _("Row %(first)d has the same product and quantity. Keep one.")
                read = _wrong(read, told % {"first": first})
            else:
                read = _against(read, held.get(step))
        plan.append(read)
    return ImportPlan(tuple(plan))


def _against(row: PlanRow, held: Held | None) -> PlanRow:
    if held is None:
        return row
    is_same = (held.unit_price, held.unit_cost) == (row.unit_price, row.unit_cost)
    return replace(
        row,
        change=Change.UNCHANGED if is_same else Change.CHANGED,
        old_price=held.unit_price,
        old_cost=held.unit_cost,
    )


def _wrong(row: PlanRow, trouble: str) -> PlanRow:
    return replace(row, change=Change.WRONG, trouble=trouble)


def _read(row: FileRow, currency: str, products: Mapping[str, Sold]) -> PlanRow:
    cell = {name: row.cells.get(name, "") for name in COLUMNS}
    read = PlanRow(row.number, Change.ADDED, cell[CODE], product_name=cell[PRODUCT])
    sold = products.get(cell[CODE])
    if sold is not None:
        read = replace(read, product_id=sold.product_id, product_name=sold.name)
    if not cell[PRICE] and not cell[COST]:
        return replace(read, change=Change.EMPTY)
    try:
        _check_names(cell, currency, sold)
        return replace(
            read,
            from_quantity=_step(cell[FROM]),
            unit_price=_amount(cell[PRICE], _("price"), currency),
            unit_cost=_amount(cell[COST], _("cost"), currency),
        )
    except Refused as refusal:
        return _wrong(read, refusal.message)


def _check_names(cell: Mapping[str, str], currency: str, sold: Sold | None) -> None:
    if not cell[CODE]:
        raise WrongRow(_("The code is missing. Write the code of the product."))
    if sold is None:
        told = _("There is no product with the code “%(code)s”. Correct it.")
        raise WrongRow(told % {"code": cell[CODE]})
    if cell[CURRENCY] and cell[CURRENCY].upper() != currency:
        told = _("The row is in %(theirs)s, this list in %(ours)s. Use another list.")
        raise WrongRow(told % {"theirs": cell[CURRENCY], "ours": currency})


def _step(text: str) -> int:
    if not text:
        return 1
    number = _number(text, _("from quantity"))
    if number != int(number) or not 1 <= number <= STEP_MAX:
        told = _("“%(text)s” is no quantity. Write a whole number from 1 to %(most)s.")
        raise WrongRow(told % {"text": text, "most": STEP_MAX})
    return int(number)


def _amount(text: str, name: str, currency: str) -> Decimal:
    if not text:
        told = _("The %(name)s is missing. Write price and cost, or leave both empty.")
        raise WrongRow(told % {"name": name})
    amount = _number(text, name)
    check_amount(amount, currency)
    return amount.quantize(Decimal("0.01"))


def _number(text: str, name: str) -> Decimal:
    plain = text.replace("\u00a0", "").strip()
    facts = {"name": name, "text": text}
    if not PLAIN_NUMBER.fullmatch(plain):
        told = _("The %(name)s “%(text)s” is not a number. Write it like 1234.50.")
        raise WrongRow(told % facts)
    if AMBIGUOUS.fullmatch(plain):
        told = _(
            "The %(name)s “%(text)s” can be read in two ways. Write it like 1234.50."
        )
        raise WrongRow(told % facts)
    return round(Decimal(plain.replace(",", ".")), DECIMALS_MAX)


# ---------------------------------------------------------------- kept as JSON


def row_kept(row: PlanRow) -> dict[str, Any]:
    """Return a row as it is kept once it was applied."""
    return {
        name: str(value) if isinstance(value, Decimal) else value
        for name, value in asdict(row).items()
    }


def rows_from(kept: Sequence[Mapping[str, Any]]) -> Iterator[PlanRow]:
    """Yield rows that were kept."""
    for each in kept:
        amounts = {
            name: None if each[name] is None else Decimal(each[name])
            for name in ("unit_price", "unit_cost", "old_price", "old_cost")
        }
        yield PlanRow(**{**each, **amounts, "change": Change(each["change"])})
