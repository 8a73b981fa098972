"""Issued invoices as the account that pays them sees them; nobody else does."""

from purveyor.domain.accounts.models import Account
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.invoices.queries import BINDING
from purveyor.domain.orders.models import OrderItem

BILLS_OF_ITEM_MAX = 20


def bills_of_item(*, item: OrderItem, payer: Account) -> tuple[str, ...]:
    """Return the numbers of the invoices on which an order item stands."""
    found = Invoice.objects.filter(
        bill_to=payer,
        state__in=BINDING,
        lines__counts=True,
        lines__charge__order_item=item,
    )
    numbers = found.order_by("id").values_list("number", flat=True).distinct()
    return tuple(str(number) for number in numbers[:BILLS_OF_ITEM_MAX])
