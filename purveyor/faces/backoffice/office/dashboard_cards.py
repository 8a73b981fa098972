"""The cards of the dashboard that come with the product; other pages add their own."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.registrations import count_registrations_to_decide
from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.queries import count_by_sync_status
from purveyor.domain.assets.radar import running_out
from purveyor.domain.invoices.queries import (
    count_drafts,
    invoiced_by_month,
    pending_totals,
)
from purveyor.domain.invoices.sales import Sold, sold_by_month
from purveyor.domain.orders.queries import count_open_orders
from purveyor.domain.provisioning.queries import count_not_synchronized
from purveyor.domain.provisioning.troubles import count_waiting_for_a_person
from purveyor.faces.backoffice.frame.cards import (
    BILLING,
    OPERATIONS,
    SALES,
    Card,
    amounts,
    amounts_as_figure,
    card,
    counted,
)
from purveyor.faces.backoffice.frame.menu import address_of
from purveyor.flows.ordering.approving import count_waiting
from purveyor.flows.reconciliation.queries import newest_plans, risk_by_run
from purveyor.kernel import clock
from purveyor.kernel.money import Money

SOON_DAYS = {"3", "14", "30"}  # the spans of the radar that end within a month


class Worth(NamedTuple):
    """Amounts of one currency or more, to be added up."""

    rows: Iterable[Money]

    def by_currency(self) -> list[Money]:
        """Return one sum for each currency."""
        sums: dict[str, list[Money]] = defaultdict(list)
        for row in self.rows:
            sums[row.currency].append(row)
        return [sum(rows[1:], rows[0]) for _currency, rows in sorted(sums.items())]


# ------------------------------------------------------------------ sales


@card(SALES, permission="orders.view_order", place=10)
def open_orders() -> Card:
    """Return how many orders wait for something."""
    return Card(
        _("Open orders"),
        counted(count_open_orders()),
        _("submitted, not yet executed"),
        address_of("orders_order_changelist"),
        "receipt_long",
    )


@card(BILLING, permission="orders.approve_order", place=5)
def orders_to_approve() -> Card:
    """Return how many orders wait for an approver."""
    count = count_waiting()
    return Card(
        _("Orders to approve"),
        counted(count),
        _("wait for somebody to agree"),
        address_of("orders_to_approve"),
        "order_approve",
        "warning" if count else "success",
    )


@card(SALES, permission="invoices.view_charge", place=40)
def sold_this_month() -> Card:
    """Return what was sold this month, and what of it is ours."""
    sums: dict[str, Sold] = {}
    for row in sold_by_month(now=clock.now(), months=1):
        known = sums.get(row.sold.net.currency)
        sums[row.sold.net.currency] = known + row.sold if known else row.sold
    margins = amounts(sold.margin for sold in sums.values())
    return Card(
        _("Sold this month"),
        amounts_as_figure(sold.net for sold in sums.values()),
        _("without tax; margin %(margin)s") % {"margin": margins},
        address_of("orders_order_changelist"),
        "sell",
    )


@card(SALES, permission="accounts.view_account", place=50)
def accounts_to_synchronize() -> Card:
    """Return how many accounts some vendor does not know."""
    count = count_not_synchronized()
    return Card(
        _("Accounts to synchronize"),
        counted(count),
        _("not known at every vendor"),
        f"{address_of('accounts_account_changelist')}?sync=open",
        "sync_disabled" if count else "sync",
    )


@card(SALES, permission="accounts.decide_registration", place=60)
def registrations_to_decide() -> Card | None:
    """Return how many companies wait for an account; most shops never have any."""
    count = count_registrations_to_decide()
    if not count:
        return None
    return Card(
        _("Registrations"),
        counted(count),
        _("companies that ask for an account"),
        address_of("registrations"),
        "person_add",
        "warning",
    )


# ------------------------------------------------------------------ billing


@card(BILLING, permission="invoices.view_charge", place=10)
def pending_invoices() -> Card:
    """Return what waits to be put on an invoice."""
    return Card(
        _("Pending invoices"),
        amounts_as_figure(pending_totals()),
        _("can be invoiced now, without tax"),
        f"{address_of('pending_invoices')}?waits_for_delivery__exact=0",
        "hourglass_top",
    )


@card(BILLING, permission="invoices.view_invoice", place=20)
def draft_invoices() -> Card:
    """Return how many invoices wait to be issued."""
    return Card(
        _("Draft invoices"),
        counted(count_drafts()),
        _("to be checked and issued"),
        f"{address_of('invoices_invoice_changelist')}?state__exact=DRAFT",
        "draft",
    )


@card(BILLING, permission="invoices.view_invoice", place=40)
def invoiced_this_month() -> Card:
    """Return what was invoiced this month."""
    return Card(
        _("Invoiced this month"),
        amounts_as_figure(
            row.net for row in invoiced_by_month(now=clock.now(), months=1)
        ),
        _("without tax"),
        address_of("invoices_invoice_changelist"),
        "request_quote",
    )


# ------------------------------------------------------------------ operations


@card(OPERATIONS, permission="assets.view_asset", place=10)
def failed_assets() -> Card:
    """Return how many assets failed, and how many a person must look at."""
    (failed,) = count_by_sync_status(statuses=[SyncStatus.FAILED]).values()
    parked = count_waiting_for_a_person()
    needs_care = failed or parked
    return Card(
        _("Assets failed"),
        counted(failed),
        _("and %(parked)s waiting for a person") % {"parked": counted(parked)},
        f"{address_of('provisioning')}?situation=person#unfinished",
        "sync_problem" if needs_care else "task_alt",
        "danger" if needs_care else "success",
    )


@card(OPERATIONS, permission="assets.view_asset", place=20)
def waiting_assets() -> Card:
    """Return how many assets go on by themselves."""
    counts = count_by_sync_status(statuses=[SyncStatus.PENDING, SyncStatus.UNCLEAR])
    unclear = counted(counts[SyncStatus.UNCLEAR])
    return Card(
        _("Assets waiting"),
        counted(counts[SyncStatus.PENDING]),
        _("and %(unclear)s being checked with the vendor") % {"unclear": unclear},
        f"{address_of('provisioning')}?situation=waiting#unfinished",
        "pending",
    )


@card(OPERATIONS, permission="reconciliation.view_reconciliationrun", place=40)
def plans_that_wait() -> Card | None:
    """Return what waits under Reconciliation; nothing if nothing does."""
    plans = newest_plans()
    if not plans:
        return None
    sums = risk_by_run(runs=[plan.pk for plan in plans if plan.undoes_id is None])
    totals = chain.from_iterable(sums.values())
    at_risk = Worth(each.price for each in totals if each.price is not None)
    money = amounts(at_risk.by_currency()).removeprefix("0")
    words = ngettext(
        "new findings in %(count)s plan", "new findings in %(count)s plans", len(plans)
    ) % {"count": counted(len(plans))}
    told = gettext("%(words)s; at risk: %(money)s") % {"words": words, "money": money}
    return Card(
        _("Plans that wait"),
        counted(sum(plan.new_count for plan in plans)),
        told if money else words,
        address_of("reconciliation_reconciliationrun_changelist"),
        "difference",
        "danger" if money else "",
    )


@card(OPERATIONS, permission="assets.view_asset", place=50)
def expiring_coupons() -> Card:
    """Return how many coupons expire within a month, and what they were sold for."""
    soon = [row for row in running_out(now=clock.now()) if row.bucket in SOON_DAYS]
    count = sum(row.coupons_count for row in soon)
    worth = amounts(Worth(row.price for row in soon).by_currency())
    told = _("within 30 days, sold for %(worth)s") % {"worth": worth}
    return Card(
        _("Coupons expire soon"),
        counted(count),
        told if count else _("none within 30 days"),
        address_of("expiry_radar"),
        "radar",
        "warning" if count else "",
    )
