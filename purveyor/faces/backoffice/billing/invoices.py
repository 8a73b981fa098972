"""Billing > Invoices: the bills, as drafts and issued."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from purveyor.domain.invoices.lifecycle import INVOICE
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.invoices.operations import issue_invoice, void_invoice
from purveyor.domain.invoices.printing import print_invoice
from purveyor.domain.invoices.queries import get_invoice, invoice_document
from purveyor.faces.backoffice.billing.pending_invoices import bills_of
from purveyor.faces.backoffice.frame.bulk import Bulk, answer_bulk
from purveyor.faces.backoffice.frame.display import (
    amount,
    day,
    link_to,
    moment,
    page_of,
    status_badge,
)
from purveyor.faces.backoffice.frame.filters import CurrencyFilter
from purveyor.faces.backoffice.frame.questions import ReasonForm
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.shown_only import ShownOnly
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.ticked import TickedList
from purveyor.faces.backoffice.frame.verbs import DialogForm, done, verb
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused


@admin.register(Invoice, site=bss)
class InvoiceAdmin(ShownOnly, TickedList):
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
    list_filter = (("state", ChoicesDropdownFilter), CurrencyFilter)
    list_select_related = ("account", "bill_to")
    ordering = ("-created_at", "-id")
    search_fields = ("number__exact",)  # and more: see `get_search_results`
    search_help_text = gettext_lazy("Invoice or account number")
    sheet_values: ClassVar[dict[str, Any]] = {
        "issued": lambda invoice: invoice.issue_date,
        "due": lambda invoice: invoice.due_date,
        "net": lambda invoice: invoice.net_amount,
        "total": lambda invoice: invoice.total,
        "created": lambda invoice: invoice.created_at,
    }
    columns_more = ("currency",)
    actions = ("issue_ticked",)
    actions_detail: Any = ("issue", "show_pdf", "download", "void")
    change_form_outer_before_template: Any = "backoffice/invoices/page.html"

    # ---------------------------------------------------------------- list

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Invoice], search_term: str
    ) -> tuple[QuerySet[Invoice], bool]:
        """Return the invoice with a number, or those of an account."""
        numbered = Q(number=search_term.strip().upper())
        return bills_of(queryset, search_term, numbered), False

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

    def has_issue_permission(self, request: HttpRequest) -> bool:
        """Return whether a person may issue invoices."""
        return request.user.has_perm("invoices.issue_invoice")

    @admin.action(description=gettext_lazy("Issue invoices"), permissions=("issue",))
    def issue_ticked(
        self, request: HttpRequest, queryset: QuerySet[Invoice]
    ) -> HttpResponse:
        """Give the ticked drafts their numbers, once it was shown which."""

        def do(invoice: Invoice, _typed: dict[str, Any]) -> None:
            issue_invoice(invoice=invoice, actor=actor_of(request), now=clock.now())

        bulk = Bulk(
            title=gettext_lazy("Issue invoices"),
            text=gettext_lazy(
                "Each draft gets the next number and today's date. An issued invoice "
                "never changes again and cannot be deleted."
            ),
            submit=gettext_lazy("Issue invoices"),
            do=do,
            told=lambda invoice: f"{invoice.bill_to.name}, {invoice.total}",
        )
        return answer_bulk(self, request, queryset, bulk)

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
        content = print_invoice(invoice_document(invoice=invoice))
        name = invoice.number or f"draft-{invoice.pk}"
        answer = HttpResponse(content, content_type="application/pdf")
        answer["Content-Disposition"] = f'{disposition}; filename="{name}.pdf"'
        answer["Cache-Control"] = "private, no-store"
        return answer
