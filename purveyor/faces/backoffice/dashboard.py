"""Office > Dashboard: what needs a look, and how the month goes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from babel.dates import format_skeleton
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext, to_locale
from django.utils.translation import gettext_lazy as _

from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.queries import count_by_sync_status
from purveyor.domain.invoices.queries import MonthRow, invoiced_by_month
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.queries import (
    COUNT_MAX,
    count_open_orders,
    newest_orders,
    totals_of,
)
from purveyor.domain.provisioning.queries import count_not_synchronized
from purveyor.domain.provisioning.troubles import count_waiting_for_a_person
from purveyor.faces.backoffice.display import link_to, moment, status_badge
from purveyor.faces.backoffice.first_steps import first_steps
from purveyor.faces.backoffice.menu import address_of, may_see
from purveyor.flows.ordering.approving import count_waiting
from purveyor.flows.reconciliation.queries import newest_plans, risk_by_run
from purveyor.kernel import clock
from purveyor.kernel.money import Money
from purveyor.kernel.work.queries import workers_alive

Text = str | Promise

#: One colour a currency; they are told apart in light and dark.
COLOURS = ("--color-primary-600", "--color-primary-300", "--color-base-400")


@dataclass(frozen=True, slots=True)
class Card:
    """One figure with what it means, and the way to what stands behind it."""

    title: Text
    figure: str
    text: Text
    href: str
    icon: str
    tone: str = ""


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return what the dashboard shows a person, by what they may see."""
    now = clock.now()
    months = _months(request, now)
    return {
        **context,
        "title": _("Dashboard"),
        "cards": list(_cards(request, months)),
        "chart": _chart(months),
        "chart_options": json.dumps(_chart_options(months)),
        "steps": first_steps(request),
        "orders": list(_orders(request)),
        "all_orders": address_of("orders_order_changelist"),
        "is_nobody_working": not workers_alive(now=now),
    }


def _cards(request: HttpRequest, months: tuple[MonthRow, ...]) -> Iterator[Card]:
    if may_see(request, "orders.view_order"):
        yield Card(
            _("Open orders"),
            _said(count_open_orders()),
            _("submitted, not yet executed"),
            address_of("orders_order_changelist"),
            "receipt_long",
        )
    if may_see(request, "orders.approve_order"):
        yield _approval_card()
    if may_see(request, "assets.view_asset"):
        yield from _asset_cards()
    if may_see(request, "reconciliation.view_reconciliationrun"):
        yield from _plan_cards()
    if may_see(request, "invoices.view_invoice"):
        yield Card(
            _("Invoiced this month"),
            _this_month(months),
            _("without tax"),
            address_of("invoices_invoice_changelist"),
            "request_quote",
        )
    if may_see(request, "accounts.view_account"):
        count = count_not_synchronized()
        yield Card(
            _("Accounts to synchronize"),
            _said(count),
            _("not known at every vendor"),
            f"{address_of('accounts_account_changelist')}?sync=open",
            "sync_disabled" if count else "sync",
        )


def _approval_card() -> Card:
    count = count_waiting()
    return Card(
        _("Orders to approve"),
        _said(count),
        _("nobody can execute them before"),
        address_of("orders_to_approve"),
        "order_approve",
        "warning" if count else "success",
    )


def _asset_cards() -> Iterator[Card]:
    counts = count_by_sync_status()
    failed, parked = counts[SyncStatus.FAILED], count_waiting_for_a_person()
    words = _(
        "also %(waiting)s waiting, %(unclear)s being checked, %(parked)s for a person"
    ) % {
        "waiting": _said(counts[SyncStatus.PENDING]),
        "unclear": _said(counts[SyncStatus.UNCLEAR]),
        "parked": _said(parked),
    }
    yield Card(
        _("Assets failed"),
        _said(failed),
        words,
        address_of("provisioning") or address_of("assets_asset_changelist"),
        "sync_problem" if failed or parked else "task_alt",
        "danger" if failed or parked else "success",
    )


def _plan_cards() -> Iterator[Card]:
    """Yield what waits under Reconciliation; nothing if nothing does."""
    plans = newest_plans()
    if not plans:
        return
    sums = risk_by_run(runs=[plan.pk for plan in plans if plan.undoes_id is None])
    at_risk: dict[str, Money] = {}
    for total in chain.from_iterable(sums.values()):
        if total.price is not None and total.price.amount:
            known = at_risk.get(total.price.currency)
            at_risk[total.price.currency] = (
                known + total.price if known else total.price
            )
    money = " · ".join(str(each) for each in at_risk.values())
    words = ngettext(
        "new findings in %(count)s plan", "new findings in %(count)s plans", len(plans)
    ) % {"count": _said(len(plans))}
    told = gettext("%(words)s; at risk: %(money)s") % {"words": words, "money": money}
    yield Card(
        _("Plans that wait"),
        _said(sum(plan.new_count for plan in plans)),
        told if money else words,
        address_of("reconciliation_reconciliationrun_changelist"),
        "difference",
        "danger" if money else "",
    )


def _said(count: int) -> str:
    return f"{COUNT_MAX:,}+" if count >= COUNT_MAX else f"{count:,}"


def _this_month(months: tuple[MonthRow, ...]) -> str:
    last = months[-1].month if months else None
    sums = [str(row.net) for row in months if row.month == last and row.net.amount]
    return " · ".join(sums) or "0"


def _months(request: HttpRequest, now: datetime) -> tuple[MonthRow, ...]:
    if not may_see(request, "invoices.view_invoice"):
        return ()
    return invoiced_by_month(now=now)


def _chart(months: tuple[MonthRow, ...]) -> str:
    """Return the sales by month as unfold's chart wants them; empty without sales."""
    if not any(row.net.amount for row in months):
        return ""
    locale = to_locale(get_language() or "en")
    spans = sorted({row.month for row in months})
    currencies = sorted({row.currency for row in months})
    datasets = [
        {
            "label": currency,
            "data": [float(r.net.amount) for r in months if r.currency == currency],
            "backgroundColor": f"var({COLOURS[place % len(COLOURS)]})",
        }
        for place, currency in enumerate(currencies)
    ]
    labels = [str(format_skeleton("MMMyy", day, locale=locale)) for day in spans]
    return json.dumps({"labels": labels, "datasets": datasets})


def _chart_options(months: tuple[MonthRow, ...]) -> dict[str, Any]:
    grey = {"color": "#8a94a3"}
    has_several = len({row.currency for row in months}) > 1
    return {
        "animation": False,
        "responsive": True,
        "maintainAspectRatio": False,
        "datasets": {"bar": {"borderRadius": 5, "maxBarThickness": 34}},
        "plugins": {"legend": {"display": has_several, "align": "end", "labels": grey}},
        "scales": {
            "x": {"grid": {"display": False}, "ticks": grey},
            "y": {
                "border": {"display": False},
                "grid": {"lineWidth": 0.6},
                "ticks": {**grey, "maxTicksLimit": 5},
            },
        },
    }


def _orders(request: HttpRequest) -> Iterator[dict[str, Any]]:
    if not may_see(request, "orders.view_order"):
        return
    for order in newest_orders():
        yield {
            "number": link_to(order, order.number),
            "account": link_to(order.account, order.account.name),
            "status": status_badge(order, "state"),
            "created": moment(order.created_at),
            "total": _total(order),
        }


def _total(order: Order) -> str:
    return str(totals_of(items=order.items.all(), currency=order.currency).total)
