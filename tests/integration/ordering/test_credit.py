"""What an account may still order: its limit, less all that it owes or will owe."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account
from purveyor.domain.invoices.credit import credit_of, credits_of
from purveyor.domain.invoices.lifecycle import INVOICE
from purveyor.domain.invoices.models import Charge, Invoice
from purveyor.domain.invoices.operations import drop_charge, void_invoice
from purveyor.domain.orders.models import Order
from purveyor.flows.ordering.operations import submit_order
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.invoices import Sold, a_draft_invoice, an_issued_invoice
from tests.factories.moments import DAN
from tests.factories.orders import a_draft_order, a_submitted_order, an_execution

NONE, DRAFT, ISSUE = InvoiceOption
ORDER = "€117.81"  # 10 × 9.90 and 19 % tax


def told(account: Account) -> tuple[str, str, str]:
    """Return what is owed, not yet invoiced, and ordered."""
    credit = credit_of(account)
    return str(credit.owed), str(credit.unbilled), str(credit.ordered)


def test_an_account_that_bought_nothing_has_its_whole_limit(now: datetime) -> None:
    credit = credit_of(an_account(credit_limit="500"))

    assert (str(credit.used), str(credit.available)) == ("€0.00", "€500.00")
    assert credit.over is None


def test_without_a_limit_nothing_is_too_much(now: datetime) -> None:
    account = an_account()
    a_submitted_order(account=account)

    credit = credit_of(account)

    assert (credit.limit, credit.available, credit.over) == (None, None, None)
    assert str(credit.used) == ORDER


def test_a_submitted_order_takes_of_the_credit_and_a_draft_does_not(
    now: datetime,
) -> None:
    account = an_account()
    a_submitted_order(account=account)
    a_draft_order(account=account)

    assert told(account) == ("€0.00", "€0.00", ORDER)


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        (NONE, ("€0.00", ORDER, "€0.00")),
        (DRAFT, ("€0.00", ORDER, "€0.00")),
        (ISSUE, (ORDER, "€0.00", "€0.00")),
    ],
)
def test_an_execution_moves_it_and_takes_no_more(
    option: InvoiceOption, expected: tuple[str, str, str], now: datetime
) -> None:
    account = an_account()

    an_execution(account=account, option=option)

    assert told(account) == expected


def test_what_was_paid_voided_or_dropped_is_no_longer_used(now: datetime) -> None:
    account = an_account()
    paid = an_issued_invoice(bill_to=account)
    voided = a_draft_invoice(bill_to=account)
    INVOICE.advance(paid, "pay", actor=DAN, at=now)
    void_invoice(invoice=voided, because="a mistake", actor=DAN, now=now)
    _owed, before, _ordered = told(account)
    for charge in Charge.objects.filter(lines__invoice=voided):
        charge.refresh_from_db()
        drop_charge(charge=charge, because="a mistake", actor=DAN, now=now)

    assert before == ORDER
    assert told(account)[:2] == ("€0.00", "€0.00")


def test_lines_are_rounded_as_on_the_order(now: datetime) -> None:
    account = an_account()
    sold = [Sold(price="0.99", quantity=1, discount="33.33", tax="19")] * 3
    a_draft_invoice(sold, bill_to=account)

    credit = credit_of(account)

    assert credit.unbilled == Invoice.objects.get().total
    assert credit.ordered == Invoice.objects.get().total


def test_who_pays_has_used_it(now: datetime) -> None:
    northwind = a_reseller()
    lea = an_end_customer(reseller=northwind)
    an_execution(account=lea)

    assert told(northwind)[0] == ORDER
    assert told(lea) == ("€0.00", "€0.00", "€0.00")


def test_another_currency_is_another_matter(now: datetime) -> None:
    account = an_account()
    an_issued_invoice(bill_to=account, currency="USD")

    assert told(account) == ("€0.00", "€0.00", "€0.00")


def test_what_was_above_by_a_cent_is_above(now: datetime) -> None:
    account = an_account(credit_limit="117.80")
    Order.objects.filter(pk=a_submitted_order().pk).update(
        account=account, bill_to=account
    )

    credit = credit_of(account)

    assert (str(credit.available), str(credit.over)) == ("-€0.01", "€0.01")


def test_the_credit_of_many_takes_one_statement(now: datetime) -> None:
    accounts = [an_account(credit_limit="1000") for _n in range(5)]
    for account in accounts:
        an_execution(account=account)
        submit_order(order=a_draft_order(account=account), actor=DAN, now=now)

    with CaptureQueriesContext(connection) as asked:
        found = credits_of(accounts)

    assert len(asked) == 1
    assert {str(credit.used) for credit in found.values()} == {"€235.62"}
    assert {str(credit.available) for credit in found.values()} == {"€764.38"}
