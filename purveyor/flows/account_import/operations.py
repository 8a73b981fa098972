"""Import accounts from a spreadsheet: check and show them, create them on a yes."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account, Address, Contact
from purveyor.domain.accounts.operations import create_account, put_details
from purveyor.flows.account_import.lifecycle import ACCOUNT_IMPORT, ImportState
from purveyor.flows.account_import.models import AccountImport
from purveyor.flows.account_import.rows import (
    COLUMNS,
    ReadRow,
    find_reseller,
    read_rows,
)
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.sheets import Sheet, read_sheet

ROWS_MAX = 1_000
ROWS_A_STEP = 25  # so many accounts are created in one transaction
FILE_NAME_MAX = 150


class UnknownColumns(Refused):
    """A column of the spreadsheet is unknown, or the one with the names is missing."""

    code = "accounts.unknown_columns"


class NothingToImport(Refused):
    """Every row of the spreadsheet has a problem, or there is none."""

    code = "accounts.nothing_to_import"


@transaction.atomic
def check_import(
    *, name: str, content: bytes, actor: str, now: datetime
) -> AccountImport:
    """
    Read a spreadsheet and check its rows; no account is written.

    :raises SheetUnreadable: if it is no spreadsheet, or too large.
    :raises UnknownColumns: if its headings are not those of the template.
    """
    sheet = read_sheet(name=name, content=content, rows_max=ROWS_MAX)
    _check_columns(sheet)
    rows = [(row.number, dict(row.cells)) for row in sheet.rows]
    if not rows:
        raise NothingToImport(_("There is no row under the headings."))
    read = read_rows(rows)
    return AccountImport.objects.create(
        file_name=name[-FILE_NAME_MAX:],
        asked_by=actor,
        asked_at=now,
        rows=rows,
        rows_count=len(rows),
        problems={str(row.number): row.problems for row in read if row.problems},
        warnings={str(row.number): row.warnings for row in read if row.warnings},
    )


@transaction.atomic
def begin_import(*, wanted: AccountImport, actor: str, now: datetime) -> None:
    """
    Say yes to an import: the rows without a problem become accounts, step by step.

    :raises NothingToImport: if every row has a problem.
    :raises MoveRefused: if it was begun or discarded before.
    """
    if wanted.rows_count == len(wanted.problems):
        told = _("No row can be imported. Correct the file, then choose it again.")
        raise NothingToImport(told)
    ACCOUNT_IMPORT.advance(wanted, "begin", actor=actor, at=now)


@transaction.atomic
def discard_import(*, wanted: AccountImport, actor: str, now: datetime) -> None:
    """
    Drop an import that was checked; its rows are forgotten.

    :raises MoveRefused: if it was begun before.
    """
    ACCOUNT_IMPORT.advance(wanted, "drop", actor=actor, at=now, rows=[])


@transaction.atomic
def import_some(*, wanted: AccountImport, actor: str, now: datetime) -> None:
    """
    Create the accounts of the next rows; after the last one the import is done.

    The guard is the UPDATE of the position: of two that ask at once, one does it. A row
    that is refused now (because something changed since it was checked) is noted.
    """
    rows = wanted.rows[wanted.position : wanted.position + ROWS_A_STEP]
    mine = AccountImport.objects.filter(
        pk=wanted.pk, state=ImportState.RUNNING, position=wanted.position
    )
    if mine.update(position=wanted.position + len(rows)) != 1:
        wanted.refresh_from_db()
        return
    good = [(n, cells) for n, cells in rows if str(n) not in wanted.problems]
    for row in read_rows(good):
        try:
            _open(row, actor=actor, now=now)
        except Refused as refusal:
            wanted.problems[str(row.number)] = [*row.problems, refusal.message]
        else:
            wanted.created_count += 1
    wanted.position += len(rows)
    wanted.save(update_fields=["problems", "created_count"])
    if wanted.position == wanted.rows_count:
        ACCOUNT_IMPORT.move(wanted, "finish", finished_at=now, rows=[])
        facts = {"created": wanted.created_count, "refused": len(wanted.problems)}
        log(wanted, "finish", actor=actor, at=now, **facts)


@transaction.atomic
def _open(row: ReadRow, *, actor: str, now: datetime) -> None:
    """Create the account of one row with its address and contact, or none of it."""
    account = Account(**row.account)
    if row.reseller:
        account.parent = find_reseller(row.reseller)
    country = row.address.get("country", "")
    create_account(account=account, country=country, actor=actor, now=now)
    details: list[Any] = []
    if row.address:
        details.append(Address(account=account, **row.address))
    if row.person:
        contact = Contact(account=account, **row.person)
        contact.stand_for("order", is_main=True)
        contact.stand_for("billing", is_main=True)
        details.append(contact)
    put_details(kept=details, dropped=(), actor=actor, now=now)


def _check_columns(sheet: Sheet) -> None:
    unknown = sorted(set(sheet.headings) - set(COLUMNS))
    if unknown:
        told = _(
            "The column “%(name)s” is unknown. Use the headings of the template, or "
            "take the column out."
        )
        raise UnknownColumns(told % {"name": unknown[0]})
    if "name" not in sheet.headings:
        told = _("There is no column “name”. Use the headings of the template.")
        raise UnknownColumns(told)
