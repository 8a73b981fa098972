"""Rows of a spreadsheet as accounts: what columns mean, and what is wrong in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from babel import Locale
from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import (
    Account,
    AccountKind,
    Address,
    Contact,
    PaymentMethod,
)
from purveyor.domain.accounts.names import name_key
from purveyor.domain.accounts.queries import open_accounts
from purveyor.domain.accounts.tax_numbers import WrongTaxNumber, read_tax_number

#: The columns of the template, in their order, with what stands there as an example.
COLUMNS: Mapping[str, str] = {
    "name": "Alpine Ski House",
    "kind": "end customer",
    "reseller": "A-00001",
    "currency": "EUR",
    "e-mail": "office@alpine.example",
    "phone": "+49 30 123456",
    "website": "https://alpine.example",
    "tax number": "DE136695976",
    "payment method": "",
    "credit limit": "5000",
    "ordering": "yes",
    "notes": "",
    "address": "Hauptstraße 1",
    "address, second line": "",
    "postcode": "10115",
    "city": "Berlin",
    "region": "",
    "country": "DE",
    "contact first name": "Lea",
    "contact last name": "Lang",
    "contact e-mail": "lea@alpine.example",
    "contact phone": "",
}
ACCOUNT_FIELDS = {
    "name": "name",
    "currency": "currency",
    "email": "e-mail",
    "phone": "phone",
    "website": "website",
    "tax_number": "tax number",
    "credit_limit": "credit limit",
    "notes": "notes",
}
ADDRESS_FIELDS = {
    "line1": "address",
    "line2": "address, second line",
    "postcode": "postcode",
    "city": "city",
    "region": "region",
    "country": "country",
}
CONTACT_FIELDS = {
    "first_name": "contact first name",
    "last_name": "contact last name",
    "email": "contact e-mail",
    "phone": "contact phone",
}
KINDS = {
    "direct customer": AccountKind.DIRECT_CUSTOMER,
    "customer": AccountKind.DIRECT_CUSTOMER,
    "reseller": AccountKind.RESELLER,
    "end customer": AccountKind.END_CUSTOMER,
}
WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(slots=True)
class ReadRow:
    """One row as an account that could be created, with what is wrong or odd."""

    number: int
    account: dict[str, Any] = field(default_factory=dict)
    address: dict[str, Any] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=dict)
    reseller: str = ""  # its number or name, as typed
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read_rows(rows: Iterable[tuple[int, Mapping[str, str]]]) -> list[ReadRow]:
    """
    Return rows as accounts, each with its problems and warnings; nothing is written.

    A row with a problem cannot be imported; one with a warning can.
    """
    methods = {each.name.casefold(): each for each in PaymentMethod.objects.all()}
    read = [_read(number, cells, methods) for number, cells in rows]
    _find_resellers(read)
    _warn_of_doubles(read)
    return read


def find_reseller(named: str) -> Account | None:
    """Return the one reseller with this number or name."""
    resellers = open_accounts().filter(kind=AccountKind.RESELLER)
    found = resellers.filter(Q(number=named.upper()) | Q(name__iexact=named))[:2]
    return found[0] if len(found) == 1 else None


def _read(
    number: int, cells: Mapping[str, str], methods: Mapping[str, PaymentMethod]
) -> ReadRow:
    row = ReadRow(number, reseller=cells.get("reseller", ""))
    row.account = _given(cells, ACCOUNT_FIELDS)
    row.address = _given(cells, ADDRESS_FIELDS)
    row.person = _given(cells, CONTACT_FIELDS)
    row.account["kind"] = _kind(row, cells.get("kind", ""))
    row.account["currency"] = row.account.get("currency", "EUR").upper()
    _read_limit(row)
    _read_ordering(row, cells.get("ordering", ""))
    _read_method(row, cells.get("payment method", ""), methods)
    _read_country(row)
    _check(row, Account(**row.account), ACCOUNT_FIELDS)
    if row.address:
        _check(row, Address(**row.address), ADDRESS_FIELDS)
    if row.person:
        _check(row, Contact(**row.person), CONTACT_FIELDS)
    _read_tax_number(row)
    return row


def _given(cells: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, Any]:
    found = ((name, cells.get(column, "")) for name, column in columns.items())
    return {name: cell for name, cell in found if cell}


def _kind(row: ReadRow, typed: str) -> str:
    default = "end customer" if row.reseller else "direct customer"
    kind = KINDS.get(typed.casefold() or default)
    if kind is None:
        told = _("Kind: “%(typed)s” is none of %(kinds)s.")
        row.problems.append(told % {"typed": typed, "kinds": ", ".join(KINDS)})
        return AccountKind.DIRECT_CUSTOMER
    return kind


def _read_limit(row: ReadRow) -> None:
    typed = row.account.pop("credit_limit", "")
    if not typed:
        return
    try:
        row.account["credit_limit"] = Decimal(typed.replace(" ", "").replace(",", "."))
    except InvalidOperation:
        told = _("Credit limit: write “%(typed)s” as 5000 or 5000.50.")
        row.problems.append(told % {"typed": typed})


def _read_ordering(row: ReadRow, typed: str) -> None:
    may_order = WORDS.get(typed.casefold() or "yes")
    if may_order is None:
        told = _("Ordering: write yes or no, not “%(typed)s”.")
        row.problems.append(told % {"typed": typed})
    row.account["is_ordering_enabled"] = bool(may_order)


def _read_method(
    row: ReadRow, typed: str, methods: Mapping[str, PaymentMethod]
) -> None:
    if not typed:
        return
    method = methods.get(typed.casefold())
    if method is None:
        known = ", ".join(each.name for each in methods.values()) or "–"
        told = _("Payment method: there is no “%(typed)s”; there are %(known)s.")
        row.problems.append(told % {"typed": typed, "known": known})
    row.account["payment_method"] = method


def _read_country(row: ReadRow) -> None:
    typed = row.address.get("country", "")
    if not typed:
        return
    code = _countries().get(typed.casefold())
    if code is None:
        told = _("Country: “%(typed)s” is unknown. Write DE or Germany.")
        row.problems.append(told % {"typed": typed})
        code = "XX"
    row.address["country"] = code


@cache
def _countries() -> dict[str, str]:
    names = Locale.parse("en").territories.items()
    codes = {
        code: name for code, name in names if len(code) == len("DE") and code.isalpha()
    }
    return {
        word.casefold(): code for code, name in codes.items() for word in (code, name)
    }


def _read_tax_number(row: ReadRow) -> None:
    typed, country = row.account.get("tax_number", ""), row.address.get("country", "")
    try:
        read = read_tax_number(number=typed, country=country)
    except WrongTaxNumber as refusal:
        row.problems.append(refusal.message)
        return
    if typed:
        row.account["tax_number"] = read.number
    if read.warning:
        row.warnings.append(read.warning)


def _check(row: ReadRow, record: Model, columns: Mapping[str, str]) -> None:
    """Write down what the fields of a record say, under the names of the columns."""
    left_out = {each.name for each in record._meta.fields} - set(columns)
    known = Locale.parse("en").currencies
    if isinstance(record, Account) and record.currency not in known:
        told = _("Currency: “%(typed)s” is unknown. Write EUR or USD.")
        row.problems.append(told % {"typed": record.currency})
        left_out.add("currency")
    try:
        record.clean_fields(exclude=left_out)
    except ValidationError as error:
        for name, complaints in error.message_dict.items():
            told = f"{columns[name].capitalize()}: {' '.join(complaints)}"
            row.problems.append(told)


def _find_resellers(rows: list[ReadRow]) -> None:
    """Check that each end customer's reseller is there, or stands above it."""
    above: set[str] = set()
    named = {row.reseller.casefold() for row in rows if row.reseller}
    there = {name for name in named if find_reseller(name) is not None}
    for row in rows:
        kind, name = row.account["kind"], row.account.get("name", "")
        is_end_customer = kind == AccountKind.END_CUSTOMER
        if is_end_customer and not row.reseller:
            row.problems.append(_("Reseller: an end customer needs one."))
        elif row.reseller and not is_end_customer:
            row.problems.append(_("Reseller: only an end customer has one."))
        elif is_end_customer and row.reseller.casefold() not in above | there:
            told = _(
                "Reseller: there is not exactly one reseller “%(typed)s”. Write its "
                "number, or put it in a row above."
            )
            row.problems.append(told % {"typed": row.reseller})
        if kind == AccountKind.RESELLER and name and not row.problems:
            above.add(name.casefold())


def _warn_of_doubles(rows: list[ReadRow]) -> None:
    """Say which rows look like an account that is there, or like a row above."""
    keys = {name_key(row.account.get("name", "")) for row in rows} - {""}
    numbers = {row.account.get("tax_number", "") for row in rows} - {""}
    alike = Q(name_key__in=keys) | Q(tax_number__in=numbers)
    there: dict[str, str] = {}
    for account in open_accounts().filter(alike).order_by("-pk"):
        told = f"{account.number} {account.name}"
        there |= {account.name_key: told, account.tax_number: told}
    for row in rows:
        key = name_key(row.account.get("name", ""))
        marks = [mark for mark in (row.account.get("tax_number", ""), key) if mark]
        same = next((there[mark] for mark in marks if there.get(mark)), "")
        if same:
            told = _("It looks like %(other)s.")
            row.warnings.append(told % {"other": same})
        for mark in marks:
            there.setdefault(mark, _("row %(row)d of this file") % {"row": row.number})
