"""Billing > Pending invoices: what waits to be billed."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from purveyor.domain.accounts.queries import accounts_numbered
from purveyor.domain.invoices.lifecycle import ChargeState
from purveyor.domain.invoices.models import Charge, Invoice
from purveyor.domain.invoices.operations import create_draft, drop_charge
from purveyor.faces.backoffice.frame.display import badge, link_to, moment, page_of
from purveyor.faces.backoffice.frame.filters import CurrencyFilter
from purveyor.faces.backoffice.frame.questions import ReasonForm
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.shown_only import ShownOnly
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.ticked import TickedList
from purveyor.faces.backoffice.frame.verbs import done, verb
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused

PENDING = "pending_invoices"  # the page's name in the menu


@admin.register(Charge, site=bss)
class ChargeAdmin(ShownOnly, TickedList):
    """What waits to be invoiced: several charges become one draft, one is dropped."""

    list_display = (
        "description",
        "bill_to_name",
        "account_name",
        "order",
        "quantity",
        "net",
        "gross",
        "waits",
        "created",
    )
    list_display_links = None
    list_filter = ("waits_for_delivery", CurrencyFilter)
    list_select_related = ("account", "bill_to", "execution__order")
    ordering = ("-id",)
    search_fields = ("account__number__exact",)  # see `get_search_results`
    search_help_text = gettext_lazy("Number of the account, or of Billing To")
    sheet_values: ClassVar[dict[str, Any]] = {
        "net": lambda charge: charge.net,
        "gross": lambda charge: charge.net + charge.tax,
        "created": lambda charge: charge.created_at,
    }
    columns_more = ("currency",)
    actions = ("draft_invoice",)
    actions_row: Any = ("drop",)

    def list_address(self) -> str:
        """Return the page in the menu."""
        return reverse(f"bss:{PENDING}")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Charge]:
        """Return the charges that are not on an invoice yet."""
        return super().get_queryset(request).filter(state=ChargeState.PENDING)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Charge], search_term: str
    ) -> tuple[QuerySet[Charge], bool]:
        """Return the charges of an account, or those it pays."""
        return bills_of(queryset, search_term), False

    @display(description=gettext_lazy("Billing To"))
    def bill_to_name(self, charge: Charge) -> Any:
        """Return who pays."""
        return link_to(charge.bill_to, charge.bill_to.name)

    @display(description=gettext_lazy("Account"))
    def account_name(self, charge: Charge) -> str:
        """Return who ordered."""
        return charge.account.name

    @display(description=gettext_lazy("Order"))
    def order(self, charge: Charge) -> Any:
        """Return the order it comes from."""
        return link_to(charge.execution.order, charge.execution.order.number)

    @display(description=gettext_lazy("Net"))
    def net(self, charge: Charge) -> str:
        """Return the amount without tax."""
        return str(charge.net)

    @display(description=gettext_lazy("Total"))
    def gross(self, charge: Charge) -> str:
        """Return the amount with tax."""
        return str(charge.net + charge.tax)

    @display(description=gettext_lazy("Waits for"))
    def waits(self, charge: Charge) -> Any:
        """Return what has to happen before it can be invoiced."""
        if charge.waits_for_delivery:
            return badge(_("Delivery"), "info")
        return badge(_("An invoice"), "warning")

    @display(description=gettext_lazy("Since"), ordering="created_at")
    def created(self, charge: Charge) -> str:
        """Return since when it waits."""
        return moment(charge.created_at)

    @admin.action(
        description=gettext_lazy("Create a draft invoice"), permissions=("issue",)
    )
    def draft_invoice(
        self, request: HttpRequest, queryset: QuerySet[Charge]
    ) -> HttpResponse | None:
        """Put the ticked charges on one draft invoice and open it."""
        actor, now = actor_of(request), clock.now()
        try:
            invoice = create_draft(charges=list(queryset), actor=actor, now=now)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return None
        told = _("A draft invoice of %(total)s is created. Check it, then issue it.")
        messages.success(request, told % {"total": invoice.total})
        return HttpResponseRedirect(page_of(invoice))

    def has_issue_permission(self, request: HttpRequest) -> bool:
        """Return whether a person may create invoices."""
        return request.user.has_perm("invoices.issue_invoice")

    @verb(
        permission="invoices.void_invoice",
        icon="money_off",
        dialog={
            "title": gettext_lazy("Drop"),
            "description": gettext_lazy(
                "A dropped charge is never invoiced. What was delivered stays so."
            ),
            "form_class": ReasonForm,
            "form_submit_text": gettext_lazy("Drop charge"),
        },
    )
    def drop(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Drop a charge with a reason."""
        charge = Charge.objects.get(pk=object_id)
        because, actor = form.cleaned_data["because"], actor_of(request)
        drop_charge(charge=charge, because=because, actor=actor, now=clock.now())
        told = _("%(what)s is dropped and will not be invoiced.")
        messages.success(request, told % {"what": charge.description})
        return done(request, reverse(f"bss:{PENDING}"))


@bss.page("billing/pending/", name=PENDING, permission="invoices.view_charge")
def pending_invoices(request: HttpRequest) -> HttpResponse:
    """Show what waits to be invoiced."""
    charges: Any = bss.get_model_admin(Charge)
    title = {"title": _("Pending invoices")}
    answer: HttpResponse = charges.changelist_view(request, title)
    return answer


def bills_of[M: Charge | Invoice](
    bills: QuerySet[M], term: str, also: Q | None = None
) -> QuerySet[M]:
    """Return the bills of the account with a number; all of them without a term."""
    if not term.strip():
        return bills
    accounts = accounts_numbered(term)
    found = Q(account__in=accounts) | Q(bill_to__in=accounts)
    return bills.filter(found | also if also is not None else found)
