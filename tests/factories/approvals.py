"""Orders that wait for somebody's yes, and what became of them."""

from decimal import Decimal

from purveyor.domain.accounts.models import Account
from purveyor.domain.orders.models import Order
from purveyor.flows.ordering.approving import reject_order
from purveyor.flows.ordering.operations import submit_order
from tests.factories.accounts import an_account, an_end_customer
from tests.factories.moments import DAN, NOON
from tests.factories.orders import a_draft_order, a_submitted_order
from tests.factories.provisioning import a_link


def an_order_on_hold() -> Order:
    """Return an order above the credit of whoever pays it."""
    account = an_account(credit_limit=Decimal(5))
    a_link(account=account)
    order = a_draft_order(account=account)
    submit_order(order=order, actor=DAN, now=NOON)
    return order


def an_order_that_asks_its_reseller(*, reseller: Account | None = None) -> Order:
    """Return an order of an end customer that waits for its reseller's yes."""
    lea = an_end_customer(reseller=reseller, name="Lea", needs_reseller_approval=True)
    return a_submitted_order(account=lea)


def a_rejected_order() -> Order:
    """Return an order of an end customer to which its reseller said no."""
    order = an_order_that_asks_its_reseller()
    asked = order.approvals.get().pk
    return reject_order(approval_id=asked, because="Not now.", actor=DAN, now=NOON)
