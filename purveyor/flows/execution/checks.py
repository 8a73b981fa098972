"""What may forbid an execution besides the vendor: the payer's credit, the margin."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from purveyor.domain.invoices.credit import credit_of
from purveyor.domain.orders.approvals import was_approved
from purveyor.domain.orders.lifecycle import ApprovalCause
from purveyor.domain.orders.margins import Margin, margins_of
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.kernel.errors import Refused


class CreditExceeded(Refused):
    """While a payer is above its limit, each of its orders needs an approver's yes."""

    code = "execution.credit_exceeded"


class ThinMargin(Refused):
    """What earns little or nothing is executed only with a reason."""

    code = "execution.thin_margin"


def check_credit(order: Order) -> None:
    """
    Check that the payer of an order is within its limit, or that somebody agreed.

    The order itself is among what is used of the limit since it was submitted. No
    statement is sent for a payer without a limit.

    :raises CreditExceeded: by how much, and what to do.
    """
    payer = order.bill_to
    if payer.credit_limit is None:
        return
    credit = credit_of(payer)
    if credit.over is None or was_approved(order=order, cause=ApprovalCause.CREDIT):
        return
    message = _(
        "%(payer)s is %(over)s above its credit limit of %(limit)s. Have the order "
        "approved first: open Execute Order and press Ask for approval."
    )
    facts = {"payer": payer.name, "over": credit.over, "limit": credit.limit}
    raise CreditExceeded(message % facts, account=payer.number)


def check_margins(items: Sequence[OrderItem], *, because: str) -> list[Margin]:
    """
    Return the items that earn too little; without a reason they are not executed.

    :raises ThinMargin: with the first of them, and what it earns.
    """
    thin = [margin for margin in margins_of(items) if margin.is_thin]
    if thin and not because.strip():
        raise ThinMargin(_words(thin[0]), count=len(thin))
    return thin


def _words(margin: Margin) -> str:
    facts = {
        "product": margin.item.product_name,
        "net": margin.net,
        "cost": margin.cost,
        "margin": margin.margin,
        "floor": f"{margin.floor_percent.normalize():f} %",
    }
    if margin.is_loss:
        message = _(
            "%(product)s would be sold at a loss: it brings %(net)s and costs "
            "%(cost)s. A person who may accept that has to say why."
        )
    else:
        message = _(
            "%(product)s would earn %(margin)s of %(net)s, less than the least margin "
            "of %(floor)s. A person who may accept that has to say why."
        )
    return message % facts
