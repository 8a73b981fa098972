"""A reseller is told of what waits for its yes, and a buyer of the no."""

from decimal import Decimal

import pytest
from django.conf import settings
from django.contrib.auth.models import Group

from purveyor.domain.notifications.events import EventName
from purveyor.domain.notifications.models import Message
from purveyor.domain.notifications.rules import establish_notifications
from purveyor.domain.orders.models import Order
from purveyor.flows.ordering.approving import approve_order
from tests.factories.accounts import a_reseller, a_staff_user
from tests.factories.approvals import (
    a_rejected_order,
    an_order_on_hold,
    an_order_that_asks_its_reseller,
)
from tests.factories.members import a_member
from tests.factories.moments import DAN, NOON
from tests.factories.notifications import a_rule, hears_news

pytestmark = pytest.mark.django_db
E = EventName
OPS = "ops@aurora.example"


def the_mail(words: str) -> Message:
    """Return the only mail that says something in its subject."""
    (mail,) = [each for each in hears_news() if words in each.subject]
    return mail


def test_a_reseller_is_told_of_what_waits_for_its_yes() -> None:
    establish_notifications()
    order = an_order_that_asks_its_reseller()
    assert order.account.parent is not None

    mail = the_mail("your yes")

    assert mail.recipient == order.account.parent.email
    assert mail.subject == f"Order {order.number} of Lea waits for your yes"
    assert settings.PUBLIC_URL in mail.masked_text


def test_a_reseller_that_has_answered_already_is_not_asked_by_mail() -> None:
    a_rule(E.ORDER_ASKS_RESELLER, OPS)
    order = an_order_that_asks_its_reseller()
    asked = order.approvals.get().pk

    approve_order(approval_id=asked, actor=DAN, now=NOON)

    assert hears_news() == []


def test_above_the_credit_no_reseller_is_asked() -> None:
    a_rule(E.ORDER_ASKS_RESELLER, OPS)

    an_order_on_hold()

    assert hears_news() == []


def test_our_people_are_not_asked_for_what_only_a_reseller_answers() -> None:
    a_rule(E.ORDER_WAITING, OPS)

    an_order_that_asks_its_reseller()

    assert hears_news() == []


def test_what_two_have_to_answer_is_told_to_both() -> None:
    establish_notifications()
    biller = a_staff_user(email="bill@aurora.example")
    biller.groups.add(Group.objects.create(name="Billing"))

    reseller = a_reseller(credit_limit=Decimal(5))
    an_order_that_asks_its_reseller(reseller=reseller)

    told = {mail.recipient for mail in hears_news()}
    assert told == {biller.email, reseller.email}


def test_our_people_are_not_asked_for_what_is_answered() -> None:
    a_rule(E.ORDER_WAITING, OPS)
    order = an_order_on_hold()
    asked = order.approvals.get().pk

    approve_order(approval_id=asked, actor=DAN, now=NOON)

    assert hears_news() == []


def test_whoever_ordered_is_told_why_it_was_rejected() -> None:
    establish_notifications()
    order = a_rejected_order()
    Order.objects.update(created_by="mia@lea.example")
    a_member(account=order.account, email="mia@lea.example")

    mail = the_mail("rejected")

    assert mail.recipient == "mia@lea.example"
    assert "Not now." in mail.masked_text


def test_of_what_staff_keyed_in_the_order_contacts_are_told() -> None:
    establish_notifications()
    order = a_rejected_order()
    order.account.contacts.update(is_order_contact=True)

    mail = the_mail("rejected")

    assert mail.recipient == order.account.contacts.get().email
