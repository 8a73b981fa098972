"""Prices from a spreadsheet: sent, shown, and only then applied, once."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.catalogue.import_plan import (
    ALSO_CALLED,
    CODE,
    COLUMNS,
    REQUIRED,
    Change,
    FileRow,
    Held,
    ImportPlan,
    PlanRow,
    Sold,
    compare_file,
    row_kept,
    rows_from,
)
from purveyor.domain.catalogue.lifecycle import PRICE_IMPORT, ImportState
from purveyor.domain.catalogue.models import Price, PriceImport, PriceList, Product
from purveyor.domain.catalogue.price_lists import Put, prices_by_step, put_prices
from purveyor.kernel.errors import NotFound, Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.sheets import Row, Sheet, read_sheet

IMPORT_ROWS_MAX = 5_000
FILE_NAME_MAX = 200
IMPORTS_SHOWN_MAX = 20


class WrongColumns(Refused):
    """A file with prices names the columns it needs in its first row."""

    code = "catalogue.wrong_columns"


class NothingToImport(Refused):
    """A file changes nothing on the price list."""

    code = "catalogue.nothing_to_import"


class WrongRows(Refused):
    """Rows of a file are wrong, and nobody said to leave them out."""

    code = "catalogue.wrong_rows"


class StalePreview(Refused):
    """The price list or the products have changed since the import was shown."""

    code = "catalogue.stale_preview"


@transaction.atomic
def send_prices(
    *, price_list: PriceList, file_name: str, content: bytes, actor: str, now: datetime
) -> PriceImport:
    """
    Keep a file with prices, to be shown. An earlier one of this person is discarded.

    :raises SheetUnreadable: if the file is no spreadsheet, or too large.
    :raises WrongColumns: if a column is missing or named twice.
    :raises NothingToImport: if it has no rows.
    """
    sheet = read_sheet(name=file_name, content=content, rows_max=IMPORT_ROWS_MAX)
    rows = _rows_in(sheet)
    if not rows:
        message = _("There is no row below the headings. Fill one in.")
        raise NothingToImport(message)
    waiting = PriceImport.objects.filter(
        price_list=price_list, asked_by=actor, state=ImportState.PROPOSED
    )
    for earlier in waiting.order_by("pk"):
        discard_import(price_import=earlier, actor=actor, now=now)
    return PriceImport.objects.create(
        price_list=price_list,
        file_name=file_name[-FILE_NAME_MAX:],
        rows=[[row.number, row.cells] for row in rows],
        asked_at=now,
        asked_by=actor,
    )


def _rows_in(sheet: Sheet) -> list[FileRow]:
    """Return the rows under our names of the columns; others are left aside."""
    called = {heading: ALSO_CALLED.get(heading, heading) for heading in sheet.headings}
    names = list(called.values())
    for name in COLUMNS:
        if names.count(name) > 1:
            message = _("There are two columns for “%(name)s”. Remove one of them.")
            raise WrongColumns(message % {"name": name})
    for name in REQUIRED:
        if name not in names:
            message = _(
                "The column “%(name)s” is missing. The first row names the columns: "
                "%(columns)s."
            )
            facts = {"name": name, "columns": ", ".join(COLUMNS)}
            raise WrongColumns(message % facts)
    return [FileRow(row.number, _known(row, called)) for row in sheet.rows]


def _known(row: Row, called: dict[str, str]) -> dict[str, str]:
    named = ((called[heading], cell) for heading, cell in row.cells.items())
    return {name: cell for name, cell in named if name in COLUMNS}


@transaction.atomic
def apply_import(
    *,
    price_import: PriceImport,
    token: str,
    leaves_out_wrong: bool,
    actor: str,
    now: datetime,
) -> None:
    """
    Set the prices of a file, all of them at once, as they were shown.

    :raises StalePreview: if something has changed since the preview with this token.
    :raises WrongRows: if rows are wrong and are not to be left out.
    :raises NothingToImport: if no price would be added or changed.
    :raises MoveRefused: if it was applied or discarded meanwhile.
    """
    price_list = price_import.price_list
    PriceList.objects.select_for_update().get(pk=price_list.pk)
    PRICE_IMPORT.move(price_import, "apply", ended_at=now, ended_by=actor)
    plan = plan_of(price_import)
    _check_plan(plan, token, leaves_out_wrong=leaves_out_wrong)
    products = Product.objects.in_bulk([row.product_id for row in plan.changes])
    puts = [put for row in plan.changes for put in _put(row, products)]
    added, changed = put_prices(price_list=price_list, puts=puts, actor=actor, now=now)
    left_out = plan.counts[Change.WRONG]
    price_import.added_count, price_import.changed_count = added, changed
    price_import.left_out_count = left_out
    price_import.outcome = [row_kept(row) for row in plan.rows]
    price_import.save(
        update_fields=["added_count", "changed_count", "left_out_count", "outcome"]
    )
    log(
        price_list,
        "import_prices",
        actor=actor,
        at=now,
        file=price_import.file_name,
        added=added,
        changed=changed,
        left_out=left_out,
    )


def _check_plan(plan: ImportPlan, token: str, *, leaves_out_wrong: bool) -> None:
    wrong = plan.counts[Change.WRONG]
    if plan.token != token:
        message = _(
            "Prices or products have changed since this preview. Look at it again, "
            "then confirm."
        )
        raise StalePreview(message)
    if wrong and not leaves_out_wrong:
        message = _(
            "%(count)s rows are wrong. Tick “Leave the wrong rows out”, or correct the "
            "file and send it again."
        )
        raise WrongRows(message % {"count": wrong}, count=wrong)
    if not plan.changes:
        message = _("The file changes no price. There is nothing to import.")
        raise NothingToImport(message)


def _put(row: PlanRow, products: dict[int, Product]) -> Iterable[Put]:
    price, cost = row.unit_price, row.unit_cost
    if row.product_id is not None and price is not None and cost is not None:
        yield Put(products[row.product_id], price, cost, row.from_quantity)


@transaction.atomic
def discard_import(*, price_import: PriceImport, actor: str, now: datetime) -> None:
    """
    Give up an import that was shown and not applied.

    :raises MoveRefused: if it was applied or discarded meanwhile.
    """
    PRICE_IMPORT.move(price_import, "discard", ended_at=now, ended_by=actor)
    file_name = price_import.file_name
    log(price_import.price_list, "discard_import", actor=actor, at=now, file=file_name)


# ---------------------------------------------------------------- questions


def get_import(*, pk: int) -> PriceImport:
    """
    Return one import with its list.

    :raises NotFound: if there is none.
    """
    found = PriceImport.objects.select_related("price_list").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such import."))
    return found


def plan_of(price_import: PriceImport) -> ImportPlan:
    """Return what an import would do now; once it was applied, what it has done."""
    if price_import.state == ImportState.APPLIED and price_import.outcome:
        return ImportPlan(tuple(rows_from(price_import.outcome)))
    rows = [FileRow(number, cells) for number, cells in price_import.rows]
    price_list = price_import.price_list
    held = {
        step: Held(price.unit_price, price.unit_cost)
        for step, price in prices_by_step(price_list).items()
    }
    return compare_file(
        rows, currency=price_list.currency, products=_products_in(rows), held=held
    )


def imports_of(price_list: PriceList) -> list[PriceImport]:
    """Return the newest imports of a list, without what they hold."""
    found = price_list.imports.order_by("-pk").defer("rows", "outcome")
    return list(found[:IMPORTS_SHOWN_MAX])


def export_rows(price_list: PriceList) -> Iterable[tuple[object, ...]]:
    """
    Yield the rows of an export: the list's prices, then products without one.

    Those are there to be filled in; left empty they change nothing.
    """
    currency, held = price_list.currency, set()
    prices = Price.objects.filter(price_list=price_list).select_related("product")
    for price in prices.order_by("product__name", "product_id", "from_quantity"):
        product = price.product
        held.add(product.pk)
        yield (
            product.code,
            product.name,
            price.from_quantity,
            price.unit_price,
            price.unit_cost,
            currency,
        )
    missing = Product.objects.filter(is_published=True).exclude(pk__in=held)
    for product in missing.order_by("name", "pk"):
        yield (product.code, product.name, 1, None, None, currency)


def _products_in(rows: Iterable[FileRow]) -> dict[str, Sold]:
    codes = {row.cells.get(CODE, "") for row in rows}
    known = Product.objects.filter(code__in=codes).values_list("code", "pk", "name")
    return {code: Sold(pk, name) for code, pk, name in known}
