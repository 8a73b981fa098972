"""The charts and tables of the dashboard: how it goes, section by section."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from babel.numbers import format_decimal, format_percent
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from purveyor.domain.assets.radar import BUCKETS, running_out
from purveyor.domain.invoices.queries import invoiced_by_month, months_until
from purveyor.domain.invoices.sales import (
    MonthOfVendor,
    Sold,
    best_buyers,
    sold_by_month,
)
from purveyor.faces.backoffice.frame.cards import BILLING, OPERATIONS, SALES, Section
from purveyor.faces.backoffice.frame.display import NOTHING, month
from purveyor.faces.backoffice.frame.menu import address_of, may_see
from purveyor.faces.backoffice.frame.report_pages import bar_options, bars
from purveyor.kernel import clock
from purveyor.kernel.money import Money

MONTHS = 12
BUYERS = 10

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Head:
    """The heading of a column."""

    title: Text
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """
    A chart with the same in numbers, or only a table.

    `data` is empty where there is no chart: then the table stands open.
    """

    key: str
    title: Text
    text: Text
    heads: Sequence[Head]
    rows: Sequence[Sequence[object]]
    data: str = ""
    options: str = ""
    href: str = ""
    link: Text = ""


def figures_of(
    request: HttpRequest, section: Section, *, now: datetime
) -> list[Figure]:
    """Return the charts and tables of a section that a person may see, none empty."""
    makers = FIGURES.get(section.key, {})
    made = (
        figure
        for make, permission in makers.items()
        if may_see(request, permission)
        for figure in make(now)
    )
    return [figure for figure in made if figure.rows]


# ------------------------------------------------------------------ sales


def _sales(now: datetime) -> Iterable[Figure]:
    rows = sold_by_month(now=now, months=MONTHS)
    months = months_until(day=clock.day_of(now), count=MONTHS)
    by_month = _summed(rows, lambda row: (row.month, row.sold.net.currency))
    told = _told_months(by_month)
    heads = (Head(_("Month")), *_MONEY_HEADS)
    yield Figure(
        key="sold",
        title=_("Sold by month"),
        text=_("without tax, by the day of execution"),
        heads=heads,
        rows=told,
        data=_month_bars(months, by_month, lambda sold: sold.net),
        options=bar_options(has_legend=True),
        href=address_of("orders_order_changelist"),
        link=_("All orders"),
    )
    yield Figure(
        key="margin",
        title=_("Margin by month"),
        text=_("what is left of the price after the cost"),
        heads=heads,
        rows=told,
        data=_month_bars(months, by_month, lambda sold: sold.margin),
        options=bar_options(has_legend=True),
    )
    yield Figure(
        key="vendors",
        title=_("By vendor"),
        text=_("the last 12 months"),
        heads=(Head(_("Vendor")), *_MONEY_HEADS),
        rows=_vendor_rows(rows),
        href=address_of("catalogue_product_changelist"),
        link=_("All products"),
    )


def _buyers(now: datetime) -> Iterable[Figure]:
    yield Figure(
        key="buyers",
        title=_("Best resellers and direct customers"),
        text=_("the last 12 months; end customers count for their reseller"),
        heads=(Head(_("Account")), *_MONEY_HEADS),
        rows=[
            (
                _account_link(buyer.account_id, buyer.account_name),
                *_money_cells(buyer.sold),
            )
            for buyer in best_buyers(now=now, months=MONTHS, limit=BUYERS)
        ],
        href=address_of("accounts_account_changelist"),
        link=_("All accounts"),
    )


def _vendor_rows(rows: Iterable[MonthOfVendor]) -> list[tuple[object, ...]]:
    sums = _summed(rows, lambda row: (row.vendor, row.sold.net.currency))
    best = sorted(sums.items(), key=lambda each: -each[1].net.amount)
    return [(vendor, *_money_cells(sold)) for (vendor, _currency), sold in best]


_MONEY_HEADS = (
    Head(_("Licenses"), is_number=True),
    Head(_("Sold"), is_number=True),
    Head(_("Cost"), is_number=True),
    Head(_("Margin"), is_number=True),
    Head(_("Margin %"), is_number=True),
)


def _money_cells(sold: Sold) -> tuple[str, ...]:
    return (
        _number(sold.licenses),
        str(sold.net),
        str(sold.cost),
        str(sold.margin),
        _percent(sold.margin_percent),
    )


def _summed[Key](
    rows: Iterable[MonthOfVendor], key: Callable[[MonthOfVendor], Key]
) -> dict[Key, Sold]:
    sums: dict[Key, Sold] = {}
    for row in rows:
        known = sums.get(key(row))
        sums[key(row)] = known + row.sold if known else row.sold
    return sums


def _told_months(
    by_month: Mapping[tuple[date, str], Sold],
) -> list[tuple[object, ...]]:
    newest = sorted(by_month.items(), key=lambda each: each[0], reverse=True)
    return [(month(day), *_money_cells(sold)) for (day, _currency), sold in newest]


def _month_bars(
    months: Sequence[date],
    by_month: Mapping[tuple[date, str], Sold],
    figure: Callable[[Sold], Money],
) -> str:
    series: dict[str, list[float]] = {
        currency: [
            float(figure(sold).amount) if sold else 0.0
            for sold in (by_month.get((day, currency)) for day in months)
        ]
        for currency in sorted({currency for _month, currency in by_month})
    }
    return bars([month(day) for day in months], series)


# ------------------------------------------------------------------ billing


def _invoiced(now: datetime) -> Iterable[Figure]:
    rows = invoiced_by_month(now=now, months=MONTHS)
    series: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        series[row.currency].append(float(row.net.amount))
    months = sorted({row.month for row in rows})
    yield Figure(
        key="invoiced",
        title=_("Invoiced by month"),
        text=_("without tax, by the day of the invoice"),
        heads=(Head(_("Month")), Head(_("Invoiced"), is_number=True)),
        rows=[
            (month(row.month), str(row.net)) for row in reversed(rows) if row.net.amount
        ],
        data=bars([month(day) for day in months], series),
        options=bar_options(has_legend=True),
        href=address_of("invoices_invoice_changelist"),
        link=_("All invoices"),
    )


# ------------------------------------------------------------------ operations


def _running_out(now: datetime) -> Iterable[Figure]:
    rows = running_out(now=now)
    spans = [bucket for bucket in BUCKETS if bucket.last is not None]
    labels = {span.key: _span(span.first, span.last) for span in spans}
    worth = {(row.bucket, row.currency): float(row.price.amount) for row in rows}
    currencies = sorted({row.currency for row in rows})
    series = {
        currency: [worth.get((span.key, currency), 0.0) for span in spans]
        for currency in currencies
    }
    yield Figure(
        key="expiring",
        title=_("Coupons that expire soon"),
        text=_("what they were sold for, by days left"),
        heads=(
            Head(_("Days left")),
            Head(_("Coupons"), is_number=True),
            Head(_("Licenses"), is_number=True),
            Head(_("Sold for"), is_number=True),
            Head(_("Cost"), is_number=True),
        ),
        rows=[
            (
                labels[row.bucket],
                _number(row.coupons_count),
                _number(row.licenses),
                str(row.price),
                str(row.cost),
            )
            for row in rows
        ],
        data=bars(list(labels.values()), series),
        options=bar_options(has_legend=True),
        href=address_of("expiry_radar"),
        link=_("Expiry radar"),
    )


#: What a section shows, and the permission for it.
FIGURES: dict[str, dict[Callable[[datetime], Iterable[Figure]], str]] = {
    SALES.key: {_sales: "invoices.view_charge", _buyers: "invoices.view_charge"},
    BILLING.key: {_invoiced: "invoices.view_invoice"},
    OPERATIONS.key: {_running_out: "assets.view_asset"},
}


# ------------------------------------------------------------------ words


def _locale() -> str:
    return to_locale(get_language() or "en")


def _span(first: int, last: int | None) -> str:
    return f"{first}–{last}"


def _number(count: int) -> str:
    return str(format_decimal(count, locale=_locale()))


def _percent(share: Decimal | None) -> str:
    if share is None:
        return NOTHING
    return str(format_percent(share / 100, "#,##0.0 %", locale=_locale()))


def _account_link(pk: int, name: str) -> object:
    return format_html(
        '<a class="bss-link" href="{}{}/change/">{}</a>',
        address_of("accounts_account_changelist"),
        pk,
        name,
    )
