"""Billing > Dashboard: where an account stands, and the way to each list."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from purveyor.domain.assets.holdings import Standing as Holding
from purveyor.domain.invoices.bills import Owed
from purveyor.domain.invoices.bills import Standing as Payment
from purveyor.faces.storefront.billing.tabs import billing_tabs
from purveyor.faces.storefront.frame.access import ShopRequest, member_may
from purveyor.flows.checkout.overview import COUNT_MAX, Overview, overview_of
from purveyor.flows.checkout.purchases import Standing
from purveyor.kernel import clock

PERCENT = 100


@dataclass(frozen=True, slots=True)
class Card:
    """One figure, and the list that it counts."""

    title: str
    figures: tuple[str, ...]
    note: str
    address: str
    needs_care: bool = False


@require_safe
@member_may("orders.view")
def dashboard(request: ShopRequest) -> HttpResponse:
    """Show where the account stands."""
    member = request.member
    found = overview_of(member=member, now=clock.now())
    cards = [
        *_of_goods(found),
        *(_of_bills(found) if member.may("invoices.view") else ()),
    ]
    told = {
        "overview": found,
        "cards": cards,
        "used_percent": _used_percent(found),
        "has_prices": any(row.totals for row in found.latest),
        "may_buy": member.may("basket.change"),
        "tabs": billing_tabs(request),
    }
    return render(request, "storefront/dashboard.html", told)


def _of_goods(found: Overview) -> Iterator[Card]:
    held = ngettext(
        "%(count)s waits for approval",
        "%(count)s wait for approval",
        found.for_approval,
    )
    yield Card(
        _("Open orders"),
        (_told(found.open_orders),),
        held % {"count": _told(found.for_approval)} if found.for_approval else "",
        _list("orders", Standing.OPEN),
    )
    yield Card(
        _("Assets ready to redeem"),
        (_told(found.ready),),
        "",
        _list("assets", Holding.READY),
    )
    yield Card(
        _("Assets being made"),
        (_told(found.coming),),
        "",
        _list("assets", Holding.COMING),
    )
    yield Card(
        _("Expire within 30 days"),
        (_told(found.expiring),),
        _("Redeem them in time") if found.expiring else "",
        _list("assets", Holding.EXPIRING),
        needs_care=bool(found.expiring),
    )


def _of_bills(found: Overview) -> Iterator[Card]:
    late = sum(each.overdue_count for each in found.owed)
    yield Card(
        _("To be paid"),
        tuple(str(each.total) for each in found.owed) or (_("Nothing"),),
        _counted(found.owed, late),
        _list("invoices", Payment.UNPAID),
        needs_care=bool(late),
    )


def _counted(owed: tuple[Owed, ...], late: int) -> str:
    """Return how many invoices are to be paid, and how many of them too late."""
    count = sum(each.bills_count for each in owed)
    if not count:
        return ""
    words = ngettext("%(count)s invoice", "%(count)s invoices", count)
    if late:
        words = ngettext(
            "%(count)s invoice, overdue: %(late)s",
            "%(count)s invoices, overdue: %(late)s",
            count,
        )
    return words % {"count": number_format(count), "late": number_format(late)}


def _list(name: str, standing: str) -> str:
    return f"{reverse(f'storefront:{name}')}?status={standing}"


def _told(count: int) -> str:
    """Return a count; beyond the limit nobody has counted."""
    return f"{number_format(count)}+" if count == COUNT_MAX else number_format(count)


def _used_percent(found: Overview) -> int:
    """Return how much of the credit limit is used, from 0 to 100."""
    credit = found.credit
    if credit is None or credit.limit is None:
        return 0
    if not credit.limit.amount:
        return PERCENT if credit.used.amount else 0
    share = int(PERCENT * credit.used.amount / credit.limit.amount)
    return max(0, min(PERCENT, share))
