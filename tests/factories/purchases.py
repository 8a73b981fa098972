"""Orders that members placed in the Storefront."""

from purveyor.domain.accounts.membership import Membership
from purveyor.domain.accounts.models import Account
from purveyor.domain.orders.models import Order
from purveyor.flows.checkout.baskets import contents_of
from purveyor.flows.checkout.operations import (
    add_to_basket,
    agreement_on,
    change_basket,
    place_order,
)
from tests.factories.catalogue import MAILBOX, a_product
from tests.factories.moments import NOON, TODAY
from tests.factories.orders import is_executed_by_hand
from tests.factories.provisioning import a_link, a_setup


def an_order_placed_by(
    member: Membership, *, receiver: Account | None = None, quantity: int = 10
) -> Order:
    """Return an order of a member, for another account if told; staff execute it."""
    a_setup()
    product = a_product(external_id=MAILBOX)
    is_executed_by_hand(external_id=MAILBOX)
    a_link(account=receiver or member.account)
    basket = add_to_basket(member=member, product=product, quantity=quantity, now=NOON)
    change_basket(basket=basket, quantities={}, names={}, receiver=receiver)
    basket.refresh_from_db()
    agreed = agreement_on(contents_of(basket=basket, member=member, on=TODAY))
    actor = str(member.user)
    return place_order(
        basket=basket, member=member, agreed=agreed, actor=actor, now=NOON
    )
