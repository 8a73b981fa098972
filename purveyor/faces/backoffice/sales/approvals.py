"""Sales > Orders to approve: what waits for a yes, why and how much; the answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from purveyor.domain.orders.lifecycle import ApprovalCause
from purveyor.domain.orders.models import Approval, Order
from purveyor.faces.backoffice.frame.credit import CreditBar, bar_of
from purveyor.faces.backoffice.frame.display import badge, page_of
from purveyor.faces.backoffice.frame.paging import ROWS_A_PAGE
from purveyor.faces.backoffice.frame.questions import Question, ReasonForm, answer
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.report_pages import Query
from purveyor.faces.backoffice.frame.site import bss
from purveyor.flows.ordering.approving import (
    Waiting,
    approve_order,
    get_approval,
    reject_order,
    waiting_approvals,
)
from purveyor.kernel import clock

NAME = "orders_to_approve"
MAY_APPROVE = "orders.approve_order"
HERE = "sales/orders-to-approve/"
FROM_ORDER = "from_order"  # the answer was given on the order's page; go back there
TONES = {ApprovalCause.CREDIT: "danger", ApprovalCause.RESELLER: "warning"}
ITEMS_SHOWN = 5


class ApproveForm(ReasonForm):
    """Asks why, if the approver wants to say it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"].help_text = _(
            "What was agreed, a payment for instance. May stay empty."
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One order that waits, as the page shows it."""

    waiting: Waiting
    badge: SafeString
    why: str
    bar: CreditBar | None
    items: tuple[str, ...]
    more_items: int
    order_url: str
    account_url: str
    payer_url: str


@bss.page(HERE, name=NAME, permission=MAY_APPROVE)
@require_GET
def orders_to_approve(request: HttpRequest) -> HttpResponse:
    """Show what waits for a yes, the longest waiting first."""
    query = Query(request.GET)
    found = waiting_approvals(offset=query.offset, limit=ROWS_A_PAGE + 1)
    context = {
        "title": _("Orders to approve"),
        "page": query.page_of([row_of(each) for each in found]),
        "back_to": "",
    }
    return bss.render(request, "backoffice/approvals/page.html", context)


def row_of(waiting: Waiting) -> Row:
    """Return an order that waits as pages show it."""
    order = waiting.order
    items = waiting.items
    return Row(
        waiting=waiting,
        badge=badge(waiting.cause.label, TONES[waiting.cause]),
        why=_why(waiting),
        bar=bar_of(waiting.credit, waiting.amount),
        items=items[:ITEMS_SHOWN],
        more_items=max(0, len(items) - ITEMS_SHOWN),
        order_url=page_of(order),
        account_url=page_of(order.account),
        payer_url=page_of(order.bill_to),
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the two answers: what the dialog says, what it does, what it tells."""

    title: Promise
    text: Promise
    form: type[ReasonForm]
    do: Callable[..., Order]
    told: Promise


APPROVE = Answer(
    title=gettext_lazy("Approve"),
    text=gettext_lazy(
        "Once nothing else is asked, the order is Submitted and can be executed. "
        "It counts among the open orders of its payer."
    ),
    form=ApproveForm,
    do=approve_order,
    told=gettext_lazy("Order %(number)s is approved."),
)
REJECT = Answer(
    title=gettext_lazy("Reject"),
    text=gettext_lazy(
        "The order is cancelled, with your reason on its page. What was executed "
        "of it already stays."
    ),
    form=ReasonForm,
    do=reject_order,
    told=gettext_lazy("Order %(number)s is rejected."),
)


@bss.page(
    f"{HERE}<int:approval_id>/approve/", name="approve_order", permission=MAY_APPROVE
)
def approve(request: HttpRequest, approval_id: int) -> HttpResponse:
    """Say yes to an order."""
    return _ask(request, approval_id, APPROVE)


@bss.page(
    f"{HERE}<int:approval_id>/reject/", name="reject_order", permission=MAY_APPROVE
)
def reject(request: HttpRequest, approval_id: int) -> HttpResponse:
    """Say no to an order, with the reason."""
    return _ask(request, approval_id, REJECT)


def _ask(request: HttpRequest, approval_id: int, wanted: Answer) -> HttpResponse:
    approval = get_approval(approval_id=approval_id)
    order = approval.order
    question = Question(
        title=wanted.title,
        about=f"{order.number} · {order.account.name}",
        text=wanted.text,
        submit=wanted.title,
        form=wanted.form(request=request, data=request.POST or None),
        back=_back(request, approval),
    )

    def do(typed: dict[str, Any]) -> str:
        wanted.do(
            approval_id=approval_id,
            because=typed["because"],
            actor=actor_of(request),
            now=clock.now(),
        )
        return str(wanted.told % {"number": order.number})

    return answer(request, question, do)


def _back(request: HttpRequest, approval: Approval) -> str:
    if FROM_ORDER in request.GET:
        return page_of(approval.order)
    return reverse(f"bss:{NAME}")


def _why(waiting: Waiting) -> str:
    order, over = waiting.order, waiting.over
    payer = order.bill_to.name
    if waiting.cause == ApprovalCause.RESELLER:
        reseller = order.account.parent
        words = _("%(reseller)s has to agree that %(account)s orders.")
        names = {"reseller": reseller.name if reseller else payer}
        return words % {**names, "account": order.account.name}
    if over is None:
        return _("It fits the credit of %(payer)s by now.") % {"payer": payer}
    words = _("With this order %(payer)s would be %(over)s above its credit limit.")
    return words % {"payer": payer, "over": over}
