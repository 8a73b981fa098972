"""What was ordered likewise a moment ago is found, however much resembles it."""

from datetime import datetime, timedelta

from purveyor.domain.accounts.models import Account
from purveyor.domain.orders.lines import Line
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.operations import (
    put_items,
)
from purveyor.flows.execution.preview import TWINS_MAX, preview_execution
from purveyor.flows.ordering.operations import submit_order
from tests.factories.accounts import an_account
from tests.factories.catalogue import BUNDLE, a_product
from tests.factories.moments import DAN
from tests.factories.orders import a_draft_order


def an_order_of(*lines: Line, account: Account, now: datetime) -> Order:
    order = a_draft_order(account=account, items=0)
    put_items(order=order, lines=lines, actor=DAN, now=now)
    submit_order(order=order, actor=DAN, now=now)
    return order


def test_it_is_found_among_more_that_only_resemble_it(now: datetime) -> None:
    """The others have a product of the order in the quantity of its other line."""
    account = an_account()
    mailbox, bundle = a_product(), a_product(external_id=BUNDLE)
    earlier = now - timedelta(hours=3)
    first = an_order_of(Line(mailbox, 10), account=account, now=earlier)
    for _n in range(TWINS_MAX + 1):
        an_order_of(Line(bundle, 10), account=account, now=now)
    order = an_order_of(Line(mailbox, 10), Line(bundle, 7), account=account, now=now)

    preview = preview_execution(order=order, now=now)

    assert [twin.order_id for twin in preview.twins] == [first.pk]


def test_an_order_of_nothing_has_none(now: datetime) -> None:
    account = an_account()
    an_order_of(Line(a_product(), 10), account=account, now=now)
    order = an_order_of(Line(a_product(), 10), account=account, now=now)

    preview = preview_execution(order=order, only=(), now=now)

    assert preview.twins == ()
