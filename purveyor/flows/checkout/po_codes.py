"""The PO code of an order: the number of whoever pays it, also written afterwards."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.membership import Membership
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.operations import annotate_order
from purveyor.flows.checkout.cancelling import get_placed_order
from purveyor.kernel.errors import Refused

PO_CODE_MAX = 60  # as in the columns of baskets, orders and invoices


class PaidByAnother(Refused):
    """The PO code of an order is written by the account that is billed."""

    code = "checkout.paid_by_another"


def may_write_po_code(*, order: Order, member: Membership) -> bool:
    """Return whether a member may write the PO code of an order."""
    return member.may("orders.po_code") and order.bill_to_id == member.account.pk


@transaction.atomic
def write_po_code(
    *, number: str, po_code: str, member: Membership, actor: str, now: datetime
) -> None:
    """
    Write the PO code of an order, whatever its state; invoices that exist keep theirs.

    :raises NotFound: if there is none, or the member does not see it.
    :raises PaidByAnother: if another account is billed.
    :raises Refused: if it is too long.
    """
    order, _status = get_placed_order(number=number, member=member)
    if order.bill_to_id != member.account.pk:
        message = _("%(payer)s pays for this order. Ask them to write the PO code.")
        raise PaidByAnother(message % {"payer": order.bill_to.name})
    annotate_order(
        order=order, notes=order.notes, po_code=po_code, actor=actor, now=now
    )
