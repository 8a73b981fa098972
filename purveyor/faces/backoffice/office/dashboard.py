"""Office > Dashboard: what needs a look, and how the month goes."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from purveyor.domain.orders.models import Order
from purveyor.domain.orders.queries import newest_orders, totals_of
from purveyor.faces.backoffice.frame.badges import order_badge
from purveyor.faces.backoffice.frame.cards import (
    SALES,
    Section,
    cards_of,
    sections_of,
)
from purveyor.faces.backoffice.frame.display import link_to, moment
from purveyor.faces.backoffice.frame.menu import address_of, may_see
from purveyor.faces.backoffice.frame.report_pages import Choice
from purveyor.faces.backoffice.office.dashboard_charts import figures_of
from purveyor.faces.backoffice.office.first_steps import first_steps
from purveyor.kernel import clock
from purveyor.kernel.work.queries import workers_alive

VIEW = "view"


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return what the dashboard shows a person, by what they may see."""
    now = clock.now()
    sections = sections_of(request)
    section = _asked_for(request, sections)
    return {
        **context,
        "title": _("Dashboard"),
        "tabs": _tabs(sections, section),
        "section": section,
        "cards": cards_of(request, section) if section else [],
        "figures": figures_of(request, section, now=now) if section else [],
        "steps": first_steps(request),
        "orders": list(_orders(request)) if section is SALES else [],
        "all_orders": address_of("orders_order_changelist"),
        "is_nobody_working": not workers_alive(now=now),
    }


def _asked_for(request: HttpRequest, sections: list[Section]) -> Section | None:
    """Return the section that is asked for, else the one where a person is at home."""
    for section in sections:
        if section.key == request.GET.get(VIEW):
            return section
    homes = (each for each in sections if may_see(request, each.at_home))
    return next(homes, sections[0] if sections else None)


def _tabs(sections: list[Section], chosen: Section | None) -> list[Choice]:
    if not sections[1:]:
        return []  # one tab leads nowhere
    return [
        Choice(
            each.key,
            str(each.title),
            href=f"?{VIEW}={each.key}",
            is_chosen=each is chosen,
        )
        for each in sections
    ]


def _orders(request: HttpRequest) -> Iterator[dict[str, Any]]:
    if not may_see(request, "orders.view_order"):
        return
    for order in newest_orders():
        yield {
            "number": link_to(order, order.number),
            "account": link_to(order.account, order.account.name),
            "status": order_badge(order),
            "created": moment(order.created_at),
            "total": _total(order),
        }


def _total(order: Order) -> str:
    return str(totals_of(items=order.items.all(), currency=order.currency).total)
