"""What happens is told to whom it concerns: by rules, once, in their language."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction

from purveyor.domain.accounts.models import AccountKind, Contact
from purveyor.domain.invoices.operations import issue_invoice
from purveyor.domain.notifications.events import (
    EVENTS,
    NEWS,
    Audience,
    EventName,
    events_of,
)
from purveyor.domain.notifications.models import Message
from purveyor.domain.notifications.placeholders import names_of, placeholders_of
from purveyor.domain.notifications.telling import INTERNAL_AN_HOUR_MAX
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.operations import cancel_order, cancel_rest, submit_order
from purveyor.flows.execution.news import news_about, tell_of_line
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import a_staff_user, an_account
from tests.factories.approvals import (
    a_rejected_order,
    an_order_on_hold,
    an_order_that_asks_its_reseller,
)
from tests.factories.assets import a_failed_asset, a_synchronized_asset
from tests.factories.catalogue import a_product, an_application
from tests.factories.invoices import a_draft_invoice, an_issued_invoice
from tests.factories.moments import DAN, NOON
from tests.factories.notifications import a_delivered_asset, a_rule, hears_news
from tests.factories.orders import (
    a_draft_order,
    a_part_executed_order,
    a_submitted_order,
    an_execution,
)
from tests.factories.reminders import a_coupon, a_ladder, rounds

E = EventName
OPS = "ops@aurora.example"
CUSTOMER = Audience.CUSTOMER
TOMORROW = NOON + timedelta(days=1)


def a_cancelled_order() -> Order:
    order = a_submitted_order()
    cancel_order(order=order, because="Ordered twice", actor=DAN, now=NOON)
    return order


def a_cancelled_rest() -> Order:
    order = a_part_executed_order()
    cancel_rest(order=order, because="Too dear", actor=DAN, now=NOON)
    return order


def a_reminded_asset() -> object:
    a_ladder()
    asset = a_coupon(days=14)
    rounds(until=1)
    return asset


HAPPENS: dict[EventName, Callable[[], object]] = {
    E.ORDER_SUBMITTED: a_submitted_order,
    E.ORDER_WAITING: an_order_on_hold,
    E.ORDER_EXECUTED: an_execution,
    E.ORDER_ASKS_RESELLER: an_order_that_asks_its_reseller,
    E.ORDER_CANCELLED: a_cancelled_order,
    E.ORDER_REST_CANCELLED: a_cancelled_rest,
    E.ORDER_REJECTED: a_rejected_order,
    E.INVOICE_ISSUED: an_issued_invoice,
    E.ASSET_SYNCHRONIZED: a_synchronized_asset,
    E.ASSET_EXPIRING: a_reminded_asset,
}


@pytest.mark.parametrize("event", HAPPENS)
def test_each_event_is_told_once(event: EventName) -> None:
    rule = a_rule(event, OPS)

    HAPPENS[event]()

    (mail,) = hears_news(TOMORROW)
    assert (mail.notification, mail.recipient) == (rule, OPS)
    assert mail.account is not None
    assert mail.subject
    assert "/bss/" in mail.masked_text
    assert "{{" not in mail.masked_html
    assert hears_news(TOMORROW) == [mail]


def test_every_event_of_the_journal_can_be_found_by_its_line() -> None:
    for event in EVENTS.values():
        for verb in event.verbs:
            assert event in events_of(event.record, verb, event.after)
            assert verb in NEWS[event.record]
    assert events_of("orders.order", "execute", "EXECUTING") == ()


def test_nobody_is_told_of_what_no_rule_asks_for() -> None:
    a_rule(E.ORDER_CANCELLED)

    a_submitted_order()

    assert hears_news() == []
    assert not Entry.objects.filter(news_due_at__isnull=False).exists()


def test_a_rule_that_is_switched_off_tells_nobody() -> None:
    a_rule(E.ORDER_SUBMITTED, is_enabled=False)

    a_submitted_order()

    assert hears_news() == []


def test_a_draft_that_is_issued_later_is_told_then() -> None:
    a_rule(E.INVOICE_ISSUED)
    invoice = a_draft_invoice()
    before = hears_news()

    issue_invoice(invoice=invoice, actor=DAN, now=NOON)

    (mail,) = hears_news()
    assert before == []
    assert mail.about_label == invoice.number


def test_the_second_execution_of_an_order_is_told_as_the_first_was_not() -> None:
    a_rule(E.ORDER_EXECUTED)
    an_execution(items=2)

    assert [mail.about_type for mail in hears_news()] == ["orders.order"]


def test_what_is_cancelled_by_now_is_not_told_of() -> None:
    a_rule(E.ASSET_SYNCHRONIZED)
    asset = a_synchronized_asset()
    type(asset).objects.update(state="CANCELLED")

    assert hears_news() == []


def test_a_coupon_code_is_masked_in_what_is_told_of_an_asset() -> None:
    rule = a_rule(E.ASSET_SYNCHRONIZED)
    rule.templates.update(text="{{ coupon_code }}")

    a_synchronized_asset(code="BT-7KQM-2F9X-TR4D-8ZPA")

    (mail,) = hears_news()
    assert mail.masked_text == "•••• 8ZPA"


@pytest.mark.parametrize("event", EventName)
def test_a_record_has_a_value_for_every_placeholder(event: EventName, now) -> None:
    makers: dict[str, Callable[[], str]] = {
        "orders.order": lambda: a_submitted_order().number,
        "assets.asset": lambda: a_delivered_asset().number,
        "provisioning.accountlink": lambda: a_submitted_order().account.number,
        "invoices.invoice": lambda: str(an_issued_invoice().number),
    }
    if event == E.FINDINGS_NEW:
        return  # told by reconciliation, and tested there
    number = makers[EVENTS[event].record]()

    news = news_about(event=event, number=number.lower(), now=now)

    known = names_of(placeholders_of(event, is_internal=True))
    assert known == set(news.values("mia@north.example"))


# ------------------------------------------------------------------ conditions


@pytest.mark.parametrize(
    ("columns", "is_told"),
    [
        ({}, True),
        ({"account_kind": AccountKind.DIRECT_CUSTOMER}, True),
        ({"account_kind": AccountKind.RESELLER}, False),
        ({"total_above": Decimal(100), "total_currency": "EUR"}, True),
        ({"total_above": Decimal("117.81"), "total_currency": "EUR"}, False),
        ({"total_above": Decimal(1), "total_currency": "USD"}, False),
    ],
    ids=["none", "kind", "other kind", "above", "not above", "other currency"],
)
def test_a_rule_holds_under_its_conditions(columns, is_told) -> None:
    a_rule(E.ORDER_SUBMITTED, **columns)

    a_submitted_order()

    assert len(hears_news()) == is_told


@pytest.mark.parametrize("condition", ["account", "application", "product"])
def test_a_rule_about_one_record_holds_for_that_one(condition: str) -> None:
    order = a_draft_order()
    mine: dict[str, Any] = {
        "account": order.account,
        "application": an_application(),
        "product": order.items.get().product,
    }
    others: dict[str, Any] = {
        "account": an_account(),
        "application": an_application(name="Other"),
        "product": a_product(external_id="other"),
    }
    wanted = a_rule(E.ORDER_SUBMITTED, **{condition: mine[condition]})
    a_rule(E.ORDER_SUBMITTED, **{condition: others[condition]})

    submit_order(order=order, actor=DAN, now=NOON)

    assert [mail.notification for mail in hears_news()] == [wanted]


# ------------------------------------------------------------------ recipients


def test_roles_lead_to_people_and_copies_go_along_once() -> None:
    seller = a_staff_user(email=DAN)
    biller = a_staff_user(email="bill@aurora.example")
    biller.groups.add(Group.objects.create(name="Billing"))
    a_rule(
        E.ORDER_SUBMITTED,
        "SALESPERSON",
        "STAFF:Billing",
        cc=["ORGANIZATION", DAN.upper()],
        bcc=[OPS],
    )

    a_submitted_order()

    first, second = hears_news()
    assert [first.recipient, second.recipient] == [seller.email, biller.email]
    assert (first.copy_to, first.hidden_copy_to) == (["hello@aurora.example"], [OPS])
    assert (second.copy_to, second.hidden_copy_to) == ([], [])


def test_contacts_are_found_by_their_part_else_the_account_is_written_to() -> None:
    a_rule(E.ORDER_SUBMITTED, "ORDER_CONTACTS", audience=CUSTOMER)
    a_rule(E.ORDER_SUBMITTED, "TECHNICAL_CONTACTS", audience=CUSTOMER)
    account = an_account()
    Contact.objects.create(
        account=account,
        first_name="Tom",
        last_name="Order",
        email="tom@north.example",
        is_order_contact=True,
    )

    a_submitted_order(account=account)

    ordering, technical = hears_news()
    assert ordering.recipient == "tom@north.example"
    assert "Tom Order" in ordering.masked_text
    assert technical.recipient == account.email


def test_a_customer_without_any_address_leaves_a_line_in_the_journal() -> None:
    a_rule(E.ORDER_SUBMITTED, "RESELLER", audience=CUSTOMER)

    order = a_submitted_order()

    assert hears_news() == []
    assert Entry.objects.get(verb="skip_message").facts == {
        "because": "Nobody has an address for it.",
        "about": order.number,
    }


# ------------------------------------------------------------------ languages


def test_customers_read_their_language_and_our_people_ours() -> None:
    a_rule(E.ORDER_SUBMITTED, "BILLING_CONTACTS", audience=CUSTOMER)
    a_rule(E.ORDER_SUBMITTED, OPS)

    order = a_submitted_order(account=an_account(language="de"))

    theirs, ours = hears_news()
    assert (theirs.language, ours.language) == ("de", "en")
    assert theirs.subject == f"Bestellung {order.number} eingegangen"
    assert "117,81 €" in theirs.masked_text
    assert "€117.81" in ours.masked_text


def test_who_reads_a_language_without_texts_reads_ours() -> None:
    a_rule(E.ORDER_SUBMITTED, "BILLING_CONTACTS", audience=CUSTOMER)

    a_submitted_order(account=an_account(language="pl"))

    assert [mail.language for mail in hears_news()] == ["en"]


# ------------------------------------------------------------------ at most once


def test_a_broken_text_holds_back_no_other_rule() -> None:
    broken = a_rule(E.ORDER_SUBMITTED)
    broken.templates.update(text="{% load tz %}")
    good = a_rule(E.ORDER_SUBMITTED)

    a_submitted_order()

    assert [mail.notification for mail in hears_news()] == [good]
    line = Entry.objects.get(verb="skip_message")
    assert line.record_id == broken.pk
    assert "{% load %} cannot be used" in line.facts["because"]


def test_the_database_holds_a_mail_once() -> None:
    a_rule(E.ORDER_SUBMITTED)
    a_submitted_order()
    (mail,) = hears_news()
    mail.pk, mail.message_id = None, "<another@localhost>"

    with pytest.raises(IntegrityError), transaction.atomic():
        mail.save(force_insert=True)


def test_a_bad_day_floods_nobody() -> None:
    rule = a_rule(E.ASSET_FAILED)
    a_rule(E.ORDER_SUBMITTED)
    a_submitted_order()
    (one,) = hears_news()
    for n in range(INTERNAL_AN_HOUR_MAX):
        one.pk, one.message_id, one.occasion = None, f"<{n}@localhost>", f"x-{n}"
        one.notification = rule
        one.save(force_insert=True)
    asset = a_failed_asset()
    Entry.objects.create(
        at=NOON,
        actor="worker",
        record_type="assets.asset",
        record_id=asset.pk,
        record_label="asset",
        verb="fail",
        after="FAILED",
        news_due_at=NOON,
    )

    hears_news()

    assert rule.messages.count() == INTERNAL_AN_HOUR_MAX
    assert (
        "More than 100 mails" in Entry.objects.get(verb="skip_message").facts["because"]
    )


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_workers_that_take_the_same_line_one_tells_of_it(now: datetime) -> None:
    a_rule(E.ORDER_SUBMITTED)
    a_submitted_order()
    line = Entry.objects.get(verb="submit")

    def tells(_worker: int) -> None:
        try:
            tell_of_line(pk=line.pk, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(tells, range(8)))

    assert Message.objects.count() == 1
