"""Before an execution: every mail that will follow it, as it then does."""

from datetime import datetime
from typing import Any

import pytest

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Contact
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import Coupon, connect_coupon
from purveyor.domain.notifications.events import Audience, EventName
from purveyor.domain.notifications.models import Message, Notification
from purveyor.domain.notifications.recipients import Role
from purveyor.domain.notifications.rules import establish_notifications
from purveyor.domain.notifications.welcome import WELCOME
from purveyor.domain.orders.executing import ExecutionPlan
from purveyor.domain.orders.models import Order
from purveyor.flows.execution.mails import MailPreview
from purveyor.flows.execution.operations import execute_order
from purveyor.flows.execution.preview import preview_execution
from tests.factories.accounts import an_account
from tests.factories.moments import DAN, NOON, TODAY
from tests.factories.notifications import a_rule, hears_news
from tests.factories.orders import a_submitted_order
from tests.factories.provisioning import a_setup

E = EventName
OPS = "ops@aurora.example"


def mails_of(order: Order, **only: Any) -> list[MailPreview]:
    """Return the mails ahead but the welcome mail."""
    welcome, *others = preview_execution(order=order, now=NOON, **only).mails
    assert welcome.notification == WELCOME
    return others


def told(mails: list[MailPreview]) -> list[tuple[str, int, str]]:
    return sorted((mail.notification, mail.count, mail.recipient) for mail in mails)


def test_what_is_named_is_what_is_then_sent(now: datetime) -> None:
    """Two items, rules for all that follows, some of which do not hold."""
    account = an_account(currency="EUR")
    Contact.objects.filter(account=account).update(is_billing_contact=True)
    a_rule(E.ORDER_EXECUTED, OPS, total_above=200, total_currency="EUR")
    a_rule(E.ORDER_EXECUTED, OPS, total_above=900, total_currency="EUR")
    a_rule(
        E.INVOICE_ISSUED,
        Role.BILLING_CONTACTS,
        audience=Audience.CUSTOMER,
        cc=["archive@aurora.example"],
    )
    a_rule(E.ASSET_SYNCHRONIZED, OPS, "sales@aurora.example")
    a_rule(E.ASSET_SYNCHRONIZED, OPS, is_enabled=False)
    order = a_submitted_order(account=account, items=2)

    ahead = mails_of(order)
    plan = ExecutionPlan(TODAY, InvoiceOption.ISSUE)
    execute_order(order=order, plan=plan, actor=DAN, now=now)
    for asset in Asset.objects.order_by("pk"):
        coupon = Coupon(f"BT-TEST-0000-0000-{asset.pk:04}")
        connect_coupon(asset=asset, coupon=coupon, how="make", actor=DAN, now=now)
    sent: dict[str, list[Message]] = {}
    for message in hears_news(now):
        sent.setdefault(message.notification.name, []).append(message)

    assert told(ahead) == sorted(
        (name, len(mails), ", ".join(dict.fromkeys(mail.recipient for mail in mails)))
        for name, mails in sent.items()
    )
    assert len(ahead) == 3
    assert [mail.copy_to for mail in ahead if mail.event == E.INVOICE_ISSUED] == [
        "archive@aurora.example"
    ]


def test_a_part_of_an_order_is_not_told_as_the_whole() -> None:
    a_rule(E.ORDER_EXECUTED, OPS)
    order = a_submitted_order(items=2)
    first = order.items.order_by("position").values_list("pk", flat=True)[0]

    assert mails_of(order, only=[first]) == []
    assert len(mails_of(order)) == 1


@pytest.mark.parametrize("is_linked", [True, False])
def test_an_account_on_its_way_to_the_vendor_is_told_of(is_linked: bool) -> None:
    rule = a_rule(E.ACCOUNT_SYNCHRONIZED, OPS)
    order = a_submitted_order(is_linked=is_linked)
    a_setup(sync_on_checkout=True)

    ahead = mails_of(order)

    assert told(ahead) == ([] if is_linked else [(rule.name, 1, OPS)])
    if ahead:
        assert ahead[0].when == f"once {order.account.name} is synchronized"


def test_a_welcome_mail_that_is_switched_off_is_named_as_such() -> None:
    establish_notifications()
    Notification.objects.filter(name=WELCOME).update(is_enabled=False)
    order = a_submitted_order()

    (welcome,) = preview_execution(order=order, now=NOON).mails

    assert not welcome.is_enabled
