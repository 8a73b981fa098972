"""Billing > Pending invoices and Invoices: what waits to be billed, and the bills."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from purveyor.domain.invoices.document import render_invoice
from purveyor.domain.invoices.lifecycle import INVOICE, ChargeState
from purveyor.domain.invoices.models import Charge, Invoice
from purveyor.domain.invoices.operations import (
    create_draft,
    drop_charge,
    issue_invoice,
    void_invoice,
)
from purveyor.domain.invoices.queries import get_invoice, invoice_document
from purveyor.faces.backoffice.display import (
    amount,
    badge,
    day,
    link_to,
    moment,
    page_of,
    status_badge,
)
from purveyor.faces.backoffice.frame import BssModelAdmin, actor_of
from purveyor.faces.backoffice.questions import ReasonForm
from purveyor.faces.backoffice.site import bss
from purveyor.faces.backoffice.ticked import TickedList
from purveyor.faces.backoffice.verbs import DialogForm, done, verb
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused

PENDING = "pending_invoices"  # the page's name in the menu


class ShownOnly(BssModelAdmin):
    """Records that only operations write; no form, no adding."""

    warn_unsaved_form = False

    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {"all": ("backoffice/records.css",)}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return nothing: the page says it better than a form."""
        return ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return no."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return no."""
        return False


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
    list_filter = ("waits_for_delivery", "currency")
    list_select_related = ("account", "bill_to", "execution__order")
    ordering = ("-id",)
    search_fields = ("bill_to__number__exact", "account__number__exact")
    search_help_text = gettext_lazy("Number of the account, or of Billing To")
    actions = ("draft_invoice",)
    actions_row: Any = ("drop",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Charge]:
        """Return the charges that are not on an invoice yet."""
        return super().get_queryset(request).filter(state=ChargeState.PENDING)

    def sought(self, term: str) -> str:
        """Return what is looked for; our numbers are written in capitals."""
        return super().sought(term).upper()

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


@admin.register(Invoice, site=bss)
class InvoiceAdmin(ShownOnly):
    """Invoices: drafts can be issued or voided; issued ones never change."""

    list_display = (
        "number_or_draft",
        "bill_to_name",
        "account_name",
        "state_badge",
        "issued",
        "due",
        "net",
        "total",
        "created",
    )
    list_filter = (("state", ChoicesDropdownFilter), "currency")
    list_select_related = ("account", "bill_to")
    ordering = ("-created_at", "-id")
    search_fields = (
        "number__exact",
        "bill_to__number__exact",
        "account__number__exact",
    )
    search_help_text = gettext_lazy("Invoice or account number")
    actions_detail: Any = ("issue", "show_pdf", "download", "void")
    change_form_outer_before_template: Any = "backoffice/invoices/page.html"

    # ---------------------------------------------------------------- list

    def sought(self, term: str) -> str:
        """Return what is looked for; our numbers are written in capitals."""
        return super().sought(term).upper()

    @display(description=gettext_lazy("Number"))
    def number_or_draft(self, invoice: Invoice) -> str:
        """Return the number; drafts have none."""
        return invoice.number or _("Draft invoice")

    @display(description=gettext_lazy("Billing To"))
    def bill_to_name(self, invoice: Invoice) -> Any:
        """Return who pays."""
        return link_to(invoice.bill_to, invoice.bill_to.name)

    @display(description=gettext_lazy("Account"))
    def account_name(self, invoice: Invoice) -> str:
        """Return who ordered."""
        return invoice.account.name

    @display(description=gettext_lazy("Status"))
    def state_badge(self, invoice: Invoice) -> Any:
        """Return where the invoice stands."""
        return status_badge(invoice, "state")

    @display(description=gettext_lazy("Invoice date"))
    def issued(self, invoice: Invoice) -> str:
        """Return the day of issue."""
        return day(invoice.issue_date)

    @display(description=gettext_lazy("Due"))
    def due(self, invoice: Invoice) -> str:
        """Return until when it is to be paid."""
        return day(invoice.due_date)

    @display(description=gettext_lazy("Net"))
    def net(self, invoice: Invoice) -> str:
        """Return the amount without tax."""
        return amount(invoice.net_amount, invoice.currency)

    @display(description=gettext_lazy("Total"))
    def total(self, invoice: Invoice) -> str:
        """Return what is to be paid."""
        return str(invoice.total)

    @display(description=gettext_lazy("Created"), ordering="created_at")
    def created(self, invoice: Invoice) -> str:
        """Return when it was created."""
        return moment(invoice.created_at)

    # ---------------------------------------------------------------- page

    def form_context(
        self,
        request: HttpRequest,
        object_id: str | None,
        extra_context: dict[str, Any] | None,
    ) -> dict[str, Any]:
        """Return what stands on the invoice."""
        context = super().form_context(request, object_id, extra_context)
        invoice = self._invoice(object_id)
        return {
            **context,
            "title": _("Invoice"),
            "invoice": invoice,
            "state_badge": status_badge(invoice, "state"),
            "document": invoice_document(invoice=invoice),
            "account_url": page_of(invoice.account),
            "bill_to_url": page_of(invoice.bill_to),
        }

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Return the buttons that the invoice's state allows."""
        invoice = self._invoice(object_id)
        offered = super().get_actions_detail(request, object_id)
        drafts_only = ("issue", "void")
        return [
            a
            for a in offered
            if a.path not in drafts_only or INVOICE.allows(invoice, a.path)
        ]

    def _invoice(self, object_id: Any) -> Invoice:
        """Return the invoice a page is about."""
        if not str(object_id or "").isdecimal():
            raise Http404
        try:
            return get_invoice(pk=int(object_id), seen_by=None)
        except Refused as refusal:
            raise Http404(refusal.message) from refusal

    # ---------------------------------------------------------------- verbs

    @verb(
        permission="invoices.issue_invoice",
        icon="task_alt",
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": gettext_lazy("Issue invoice"),
            "description": gettext_lazy(
                "The invoice gets the next number and today's date. It never changes "
                "again and cannot be deleted."
            ),
            "form_class": DialogForm,
            "form_submit_text": gettext_lazy("Issue invoice"),
        },
        url_path="issue",
    )
    def issue(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Give a draft its number, for good."""
        invoice = self._invoice(object_id)
        issue_invoice(invoice=invoice, actor=actor_of(request), now=clock.now())
        told = _("Invoice %(number)s is issued.") % {"number": invoice.number}
        messages.success(request, told)
        return done(request, page_of(invoice))

    @verb(
        permission="invoices.void_invoice",
        icon="block",
        variant=ActionVariant.DANGER,
        dialog={
            "title": gettext_lazy("Void"),
            "description": gettext_lazy(
                "The draft is given up. Its charges wait under Pending invoices again."
            ),
            "form_class": ReasonForm,
            "form_submit_text": gettext_lazy("Void invoice"),
        },
        url_path="void",
    )
    def void(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Give up a draft with a reason."""
        invoice = self._invoice(object_id)
        because, actor = form.cleaned_data["because"], actor_of(request)
        void_invoice(invoice=invoice, because=because, actor=actor, now=clock.now())
        messages.success(request, _("The draft is voided; its charges are pending."))
        return done(request, page_of(invoice))

    @action(
        description=gettext_lazy("Show PDF"),
        permissions=("invoices.view_invoice",),
        icon="picture_as_pdf",
        url_path="pdf",
        attrs={"target": "_blank", "rel": "noopener"},
    )
    def show_pdf(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Return the invoice as a document, shown in the browser."""
        return self._pdf(object_id, "inline")

    @action(
        description=gettext_lazy("Download PDF"),
        permissions=("invoices.view_invoice",),
        icon="download",
        url_path="download",
    )
    def download(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Return the invoice as a document to be kept."""
        return self._pdf(object_id, "attachment")

    def _pdf(self, object_id: str, disposition: str) -> HttpResponse:
        invoice = self._invoice(object_id)
        content = render_invoice(invoice_document(invoice=invoice))
        name = invoice.number or f"draft-{invoice.pk}"
        answer = HttpResponse(content, content_type="application/pdf")
        answer["Content-Disposition"] = f'{disposition}; filename="{name}.pdf"'
        answer["Cache-Control"] = "private, no-store"
        return answer
