"""An order above the credit is stored and waits; so does one its reseller rules on."""

from datetime import datetime

import pytest

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.models import Account
from purveyor.domain.invoices.credit import credit_of
from purveyor.domain.orders.approvals import RejectionNeedsReason
from purveyor.domain.orders.executing import (
    ExecutionPlan,
)
from purveyor.domain.orders.lifecycle import ApprovalCause, ApprovalState, OrderState
from purveyor.domain.orders.models import Approval, Execution, Order
from purveyor.domain.orders.operations import (
    cancel_order,
)
from purveyor.flows.execution.operations import execute_order
from purveyor.flows.ordering.approving import (
    NothingToApprove,
    approve_order,
    ask_for_approval,
    count_waiting,
    get_approval,
    reject_order,
    waiting_approvals,
)
from purveyor.flows.ordering.operations import submit_order
from purveyor.kernel.errors import NotFound
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.journal.queries import journal_of
from purveyor.kernel.lifecycle import MoveRefused
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.moments import DAN, TODAY
from tests.factories.orders import a_draft_order, a_submitted_order, an_execution

INES = "ines@distributor.example"
PLAN = ExecutionPlan(start_date=TODAY, option=InvoiceOption.ISSUE)


def a_held_order(*, limit: str = "100") -> Order:
    """Return an order of €117.81 above a limit."""
    return a_submitted_order(account=an_account(credit_limit=limit))


def a_dependent_customer() -> Account:
    """Return an end customer whose reseller has to agree."""
    return an_end_customer(reseller=a_reseller(), needs_reseller_approval=True)


def the_question(order: Order, cause: str = "CREDIT") -> int:
    return Approval.objects.get(order=order, cause=cause).pk


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


# ------------------------------------------------------------------ credit


def test_a_yes_meanwhile_does_not_lead_past_the_other_checks(now: datetime) -> None:
    """Who pressed had read the order before the yes: nothing was checked for them."""
    order = a_held_order()
    as_read = fresh(order)
    approve_order(approval_id=the_question(order), actor=INES, now=now)

    with pytest.raises(MoveRefused):
        execute_order(order=as_read, plan=PLAN, seen="nothing", actor=DAN, now=now)

    assert not Execution.objects.exists()


@pytest.mark.parametrize(
    ("limit", "state"),
    [
        (None, OrderState.SUBMITTED),
        ("117.81", OrderState.SUBMITTED),
        ("117.80", OrderState.AWAITING_APPROVAL),
        ("0", OrderState.AWAITING_APPROVAL),
    ],
)
def test_an_order_above_the_limit_awaits_approval(
    limit: str | None, state: OrderState, now: datetime
) -> None:
    order = a_submitted_order(account=an_account(credit_limit=limit))

    assert fresh(order).state == order.state == state
    assert order.submitted_at == now


def test_what_waits_says_what_why_and_how_much(now: datetime) -> None:
    account = an_account(credit_limit="250")
    an_execution(account=account)
    a_submitted_order(account=account)
    order = a_submitted_order(account=account)

    (waiting,) = waiting_approvals()

    credit = waiting.credit
    assert (waiting.order, waiting.cause) == (order, ApprovalCause.CREDIT)
    assert (waiting.asked_by, waiting.asked_at) == (DAN, now)
    assert [str(m) for m in (credit.limit, credit.owed, credit.ordered)] == [
        "€250.00",
        "€117.81",
        "€117.81",
    ]
    assert (str(waiting.amount), str(waiting.over)) == ("€117.81", "€103.43")


def test_what_waits_takes_nothing_of_the_credit(now: datetime) -> None:
    account = an_account(credit_limit="150")
    a_submitted_order(account=account, quantity=100)

    small = a_submitted_order(account=account)

    assert small.state == OrderState.SUBMITTED
    assert str(credit_of(account).available) == "€32.19"


def test_an_approved_order_is_executed_and_takes_of_the_credit(now: datetime) -> None:
    order = a_held_order()

    approve_order(
        approval_id=the_question(order), because="Paid today.", actor=INES, now=now
    )

    order = fresh(order)
    assert order.state == OrderState.SUBMITTED
    assert str(credit_of(order.bill_to).available) == "-€17.81"
    execute_order(order=order, plan=PLAN, actor=DAN, now=now)
    assert fresh(order).state == OrderState.EXECUTED
    assert not waiting_approvals()


def test_the_journal_tells_who_asked_and_who_agreed(now: datetime) -> None:
    order = a_held_order()
    approve_order(
        approval_id=the_question(order), because="Paid today.", actor=INES, now=now
    )

    approved, held, submitted, *_earlier = journal_of(order)

    assert [line.verb for line in (submitted, held, approved)] == [
        "submit",
        "hold",
        "approve",
    ]
    assert (held.actor, held.before, held.after) == (
        DAN,
        "SUBMITTED",
        "AWAITING_APPROVAL",
    )
    assert (approved.actor, approved.facts["because"]) == (INES, "Paid today.")


def test_a_rejected_order_is_cancelled_with_the_reason(now: datetime) -> None:
    order = a_held_order()

    reject_order(
        approval_id=the_question(order), because="Pay first.", actor=INES, now=now
    )

    order = fresh(order)
    assert (order.state, order.cancelled_because) == (
        OrderState.CANCELLED,
        "Pay first.",
    )
    assert journal_of(order)[0].verb == "reject"
    assert count_waiting() == 0


def test_nobody_rejects_without_a_reason(now: datetime) -> None:
    order = a_held_order()

    with pytest.raises(RejectionNeedsReason):
        reject_order(approval_id=the_question(order), because=" ", actor=INES, now=now)

    assert fresh(order).state == OrderState.AWAITING_APPROVAL


def test_a_question_is_answered_once(now: datetime) -> None:
    order = a_held_order()
    pk = the_question(order)
    approve_order(approval_id=pk, actor=INES, now=now)

    with pytest.raises(MoveRefused, match="is “Submitted”"):
        reject_order(approval_id=pk, because="Pay first.", actor=DAN, now=now)

    assert fresh(order).state == OrderState.SUBMITTED


def test_a_cancelled_order_waits_for_nobody(now: datetime) -> None:
    order = a_held_order()
    pk = the_question(order)

    cancel_order(order=order, because="No longer wanted.", actor=DAN, now=now)

    approval = Approval.objects.get(pk=pk)
    assert waiting_approvals() == []
    assert (approval.state, approval.decided_by) == (ApprovalState.WITHDRAWN, DAN)
    assert approval.because == "No longer wanted."
    with pytest.raises(MoveRefused, match="is “Cancelled”"):
        approve_order(approval_id=pk, actor=INES, now=now)


# ------------------------------------------------------------------ asked for later


def test_an_order_is_asked_for_once_the_limit_was_lowered(now: datetime) -> None:
    order = a_submitted_order()
    Account.objects.update(credit_limit=100)

    ask_for_approval(order=order, actor=DAN, now=now)

    (waiting,) = waiting_approvals()
    assert (str(waiting.credit.used), str(waiting.over)) == ("€0.00", "€17.81")
    assert fresh(order).state == OrderState.AWAITING_APPROVAL


def test_what_fits_is_not_asked_for(now: datetime) -> None:
    order = a_submitted_order()

    with pytest.raises(NothingToApprove):
        ask_for_approval(order=order, actor=DAN, now=now)


def test_the_rest_of_a_delivered_order_waits_and_a_no_cancels_it(
    now: datetime,
) -> None:
    order = a_submitted_order(items=2)
    first = order.items.order_by("position")[0]
    execute_order(order=order, plan=PLAN, only={first.pk}, actor=DAN, now=now)
    Account.objects.update(credit_limit=100)

    ask_for_approval(order=order, actor=DAN, now=now)
    (waiting,) = waiting_approvals()
    with pytest.raises(NothingToApprove):
        ask_for_approval(order=order, actor=DAN, now=now)
    reject_order(
        approval_id=waiting.approval_id, because="Pay first.", actor=INES, now=now
    )

    assert (str(waiting.amount), str(waiting.credit.used)) == ("€117.81", "€117.81")
    assert waiting.items == ("10 × BitTitan User Migration Bundle",)
    closed = fresh(order)
    assert (closed.state, closed.cancelled_because) == ("EXECUTED", "Pay first.")
    assert set(order.items.values_list("pk", "state")) == {
        (first.pk, "EXECUTED"),
        (order.items.get(state="CANCELLED").pk, "CANCELLED"),
    }
    line = Entry.objects.get(record_id=order.pk, verb="reject")
    assert (line.before, line.after) == ("EXECUTING", "EXECUTED")
    assert line.facts["cancelled"] == ["10 × BitTitan User Migration Bundle"]
    assert waiting_approvals() == []


# ------------------------------------------------------------------ the reseller's yes


def test_a_reseller_agrees_to_its_end_customers_orders(now: datetime) -> None:
    lea = a_dependent_customer()
    order = a_submitted_order(account=lea)
    assert order.state == OrderState.AWAITING_APPROVAL

    pk = the_question(order, "RESELLER")
    approve_order(approval_id=pk, as_reseller=lea.parent, actor="mia", now=now)

    assert fresh(order).state == OrderState.SUBMITTED


def test_what_the_reseller_submits_itself_it_has_agreed_to(now: datetime) -> None:
    lea = a_dependent_customer()
    order = a_draft_order(account=lea)

    submit_order(order=order, agreed_by=lea.parent, actor="mia", now=now)

    assert order.state == OrderState.SUBMITTED


def test_another_reseller_finds_nothing(now: datetime) -> None:
    order = a_submitted_order(account=a_dependent_customer())
    eves = a_reseller(name="Eve's")
    pk = the_question(order, "RESELLER")

    assert waiting_approvals(as_reseller=eves) == []
    for decide in (approve_order, reject_order):
        with pytest.raises(NotFound):
            decide(
                approval_id=pk,
                because="mine now",
                as_reseller=eves,
                actor="eve",
                now=now,
            )
    assert fresh(order).state == OrderState.AWAITING_APPROVAL


def test_a_reseller_does_not_approve_its_own_credit(now: datetime) -> None:
    lea = a_dependent_customer()
    Account.objects.filter(name="Northwind").update(credit_limit=0)
    order = a_submitted_order(account=lea)

    with pytest.raises(NotFound):
        get_approval(approval_id=the_question(order), as_reseller=lea.parent)
    (theirs,) = waiting_approvals(as_reseller=lea.parent)
    assert theirs.cause == ApprovalCause.RESELLER


@pytest.mark.parametrize("first", ["CREDIT", "RESELLER"])
def test_an_order_with_two_questions_waits_for_both(first: str, now: datetime) -> None:
    lea = a_dependent_customer()
    Account.objects.filter(name="Northwind").update(credit_limit=0)
    order = a_submitted_order(account=lea)
    second = {"CREDIT": "RESELLER", "RESELLER": "CREDIT"}[first]

    approve_order(approval_id=the_question(order, first), actor=INES, now=now)
    between = fresh(order).state
    approve_order(approval_id=the_question(order, second), actor=INES, now=now)

    assert between == OrderState.AWAITING_APPROVAL
    assert fresh(order).state == OrderState.SUBMITTED


def test_one_no_answers_both_questions(now: datetime) -> None:
    lea = a_dependent_customer()
    Account.objects.filter(name="Northwind").update(credit_limit=0)
    order = a_submitted_order(account=lea)

    reject_order(
        approval_id=the_question(order), because="Pay first.", actor=INES, now=now
    )

    assert {a.state for a in Approval.objects.all()} == {"REJECTED"}
    assert fresh(order).state == OrderState.CANCELLED
