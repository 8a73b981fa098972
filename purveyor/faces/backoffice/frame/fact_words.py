"""What the journal knows about a deed besides who and when, in words and values."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from math import inf
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from purveyor.faces.backoffice.frame.cause_words import cause_words
from purveyor.faces.backoffice.frame.display import NOTHING, amount, day, moment
from purveyor.faces.backoffice.frame.menu import address_of

CHANGES = "changes"  # columns with what they were and what they are
CURRENCY = "currency"
TEXT_SHOWN = 60  # letters of a long text
AMOUNTS = {"total", "net", "tax", "amount", "price", "cost", "limit", "open", "margin"}
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
ISO_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")
#: Which list a number in the journal belongs to.
NUMBERS = (
    (re.compile(r"AS-\d+-\d+"), "assets_asset_changelist"),
    (re.compile(r"A-\d{5,}"), "accounts_account_changelist"),
    (re.compile(r"O-\d{6,}"), "orders_order_changelist"),
    (re.compile(r"INV-[\w-]+"), "invoices_invoice_changelist"),
)

#: What a fact is called. One that is not here is called as the code calls it.
NAMES = {
    "account": gettext_lazy("Account"),
    "amount": gettext_lazy("Amount"),
    "application": gettext_lazy("Application"),
    "asset": gettext_lazy("Asset"),
    "attempt": gettext_lazy("Attempt"),
    "because": gettext_lazy("Reason"),
    "cancelled": gettext_lazy("Cancelled"),
    "cause": gettext_lazy("Cause"),
    "charges": gettext_lazy("Charges"),
    "connector": gettext_lazy("Connector"),
    "count": gettext_lazy("How many"),
    "coupon": gettext_lazy("Coupon code"),
    "duplicates": gettext_lazy("Duplicates"),
    "evidence": gettext_lazy("Evidence"),
    "filters": gettext_lazy("Filters"),
    "findings": gettext_lazy("Findings"),
    "from": gettext_lazy("From"),
    "gained": gettext_lazy("Now allowed"),
    "invoice": gettext_lazy("Invoice"),
    "is_active": gettext_lazy("Active"),
    "is_enabled": gettext_lazy("Switched on"),
    "is_shared": gettext_lazy("Shared with everybody"),
    "items": gettext_lazy("Items"),
    "kind": gettext_lazy("Format"),
    "lost": gettext_lazy("No longer allowed"),
    "net": gettext_lazy("Net"),
    "order": gettext_lazy("Order"),
    "page": gettext_lazy("List"),
    "reason": gettext_lazy("Reason"),
    "recipient": gettext_lazy("Recipient"),
    "roles": gettext_lazy("Roles"),
    "rows": gettext_lazy("Rows"),
    "to": gettext_lazy("To"),
    "total": gettext_lazy("Total"),
    "undoes": gettext_lazy("Puts back plan"),
    "what": gettext_lazy("What"),
}


def facts(values: Mapping[str, Any], record_type: str = "") -> SafeString:
    """
    Return what else is known about a line of the journal; empty values say nothing.

    What was changed comes first, as before and after, in the words of the page of the
    record; amounts, days and moments are in the reader's format; numbers are links.
    """
    changes = values.get(CHANGES) or {}
    parts = [*_changes(changes, record_type), *_others(values)]
    return format_html_join(" · ", "{}", ((part,) for part in parts))


def _changes(changes: Mapping[str, Any], record_type: str) -> Iterator[str]:
    # A database may keep the names in an order of its own.
    columns = {name: _column(record_type, name) for name in sorted(changes)}
    in_order = sorted(columns, key=lambda name: _place(columns[name]))
    for name in in_order:
        column, (before, after) = columns[name], changes[name]
        label = capfirst(str(getattr(column, "verbose_name", name.replace("_", " "))))
        old, new = (_value_of(column, each) for each in (before, after))
        yield f"{label}: {old} → {new}"


def _column(record_type: str, name: str) -> Any:
    try:
        return apps.get_model(record_type)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None


def _place(column: Any) -> float:
    """Return where a column stands in its table; what is no column comes last."""
    return float(getattr(column, "creation_counter", inf))


def _value_of(column: Any, value: Any) -> str:
    """Return a value of a column in words; a long text is only its beginning."""
    if value in (None, ""):
        return NOTHING
    choices = {
        str(key): str(words) for key, words in getattr(column, "flatchoices", ())
    }
    told = choices.get(str(value)) or str(_said(value))
    return told if len(told) <= TEXT_SHOWN else f"{told[:TEXT_SHOWN].rstrip()}…"


def _others(values: Mapping[str, Any]) -> Iterator[Any]:
    currency = str(values.get(CURRENCY, ""))
    for name, value in values.items():
        if name in {CHANGES, CURRENCY} or value in (None, "", [], {}):
            continue
        if isinstance(value, bool) and not value and name not in NAMES:
            continue
        label = NAMES.get(name) or capfirst(name.replace("_", " "))
        yield format_html("{}: {}", label, _told(name, value, currency))


def _told(name: str, value: Any, currency: str) -> Any:
    if name == "cause":
        return cause_words(str(value))
    if name in AMOUNTS and currency:
        try:
            return amount(Decimal(str(value)), currency)
        except InvalidOperation:
            return str(value)
    return _said(value)


def _said(value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return ", ".join(f"{_name(key)} {_said(each)}" for key, each in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(_name(str(each)) for each in value)
    return _linked(_dated(str(value)))


def _name(word: str) -> str:
    return word.replace("_", " ")


def _dated(text: str) -> str:
    try:
        if ISO_DAY.fullmatch(text):
            return day(date.fromisoformat(text))
        if ISO_MOMENT.fullmatch(text):
            return moment(datetime.fromisoformat(text))
    except ValueError:
        return text
    return text


def _linked(text: str) -> Any:
    """Return the number of a record as a link to it; any other text as it is."""
    for pattern, page in NUMBERS:
        if pattern.fullmatch(text) and address_of(page):
            template = '<a class="bss-link" href="{}?q={}">{}</a>'
            return format_html(template, address_of(page), text, text)
    return text
