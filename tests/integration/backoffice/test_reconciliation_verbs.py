"""What people decide about a plan and its lines, and what they are refused."""

from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.flows.reconciliation.approval import (
    approve_plan,
    propose_plan,
)
from purveyor.flows.reconciliation.lifecycle import (
    FindingState,
    Remedy,
    RunState,
)
from purveyor.flows.reconciliation.models import Finding, ReconciliationRun
from purveyor.flows.reconciliation.street import RECONCILING
from purveyor.kernel.work.engine import drain
from tests.factories.accounts import an_account
from tests.factories.catalogue import an_application
from tests.factories.moments import DAN, NOON
from tests.factories.reconciliation import (
    a_plan,
    a_policy,
    a_stranger,
    a_vanished_one,
    an_unheard_one,
)
from tests.support.staff import FROM_SCRIPT, signed_in, words

LIST = "bss:reconciliation_reconciliationrun_changelist"
PAGE = "bss:reconciliation_reconciliationrun_change"
SENT = {"_form_submitted": "True"}
LOOK = ("reconciliation.view_reconciliationrun", "reconciliation.view_finding")
PREPARE = "reconciliation.prepare_reconciliation"
APPROVE = "reconciliation.approve_reconciliation"
INES = "ines@distributor.example"


@pytest.fixture
def operator() -> Client:
    return signed_in(*LOOK, PREPARE, APPROVE, "accounts.view_account")


@pytest.fixture
def onlooker() -> Client:
    return signed_in(*LOOK, email="anna@distributor.example")


def page_of(run: ReconciliationRun) -> str:
    return reverse(PAGE, args=[run.pk])


def verb(name: str, record: ReconciliationRun | Finding) -> str:
    return reverse(f"bss:{name}", args=[record.pk])


def start() -> str:
    return f"{reverse('bss:start_reconciliation')}?application={an_application().pk}"


# ------------------------------------------------------------------ lines


def test_a_stranger_is_imported_for_an_account(operator: Client) -> None:
    account, run = an_account(), a_plan([a_stranger()])
    line = run.findings.get()
    address = f"{verb('choose_remedy', line)}?kind=STRANGER"

    asked = words(operator.get(address, headers=FROM_SCRIPT))
    lacking = words(operator.post(address, {**SENT, "remedy": "IMPORT"}))
    typed = {**SENT, "remedy": "IMPORT", "for_account": account.number}
    answer = operator.post(address, typed, headers=FROM_SCRIPT)

    assert "The vendor holds a coupon that no asset knows" in asked
    assert "Choose the account." in lacking
    assert answer["HX-Redirect"] == f"{page_of(run)}?kind=STRANGER#line-1"
    line.refresh_from_db()
    assert (line.remedy, line.for_account) == (Remedy.IMPORT, account)
    assert f"For {account.name}" in words(operator.get(page_of(run)))


def test_what_is_known_needs_a_reason_and_nothing_typed_is_lost(
    operator: Client,
) -> None:
    line = a_plan([a_stranger()]).findings.get()
    address = verb("choose_remedy", line)

    refused = operator.post(address, {**SENT, "remedy": "KNOW", "because": " "})
    operator.post(address, {**SENT, "remedy": "KNOW", "because": "A gift"})

    assert "Say why." in words(refused)
    assert 'value="KNOW"' in refused.content.decode()
    line.refresh_from_db()
    assert (line.remedy, line.because) == (Remedy.KNOW, "A gift")


def test_a_line_is_left_out_and_taken_back_in(operator: Client) -> None:
    run = a_plan([a_stranger()])
    line = run.findings.get()

    out = operator.post(verb("exclude_line", line), follow=True)
    twice = operator.post(verb("exclude_line", line), follow=True)
    back = operator.post(verb("include_line", line), follow=True)

    assert "Line 1 is left out." in words(out)
    assert "Take back in" in words(out)
    assert "to exclude it must be “Open”" in words(twice)
    assert "Line 1 is in the plan again." in words(back)
    line.refresh_from_db()
    assert line.state == FindingState.OPEN


def test_several_ticked_lines_are_left_out_and_taken_back(operator: Client) -> None:
    run = a_plan([a_stranger(), a_stranger(code="BT-OTHER-0000-0000-CASH")])
    ticked = {"_selected_action": list(run.findings.values_list("pk", flat=True))}

    out = operator.post(page_of(run), {"action": "leave_out", **ticked}, follow=True)
    left = run.findings.filter(state=FindingState.EXCLUDED).count()
    back = operator.post(page_of(run), {"action": "take_in", **ticked}, follow=True)

    assert "2 lines are left out." in words(out)
    assert left == 2
    assert "2 lines are in the plan again." in words(back)


def test_one_remedy_is_chosen_for_several_lines_of_one_kind(operator: Client) -> None:
    run = a_plan([a_stranger(), a_stranger(code="BT-OTHER-0000-0000-CASH")])
    ticked = {"_selected_action": list(run.findings.values_list("pk", flat=True))}

    asked = operator.post(page_of(run), {"action": "choose", **ticked})
    page = words(operator.get(asked["Location"]))
    typed = {**SENT, "remedy": "KNOW", "because": "Bought for the fair"}
    done = operator.post(asked["Location"], typed, follow=True)

    assert "2 lines · Unknown to us" in page
    assert "The remedy is chosen for 2 lines." in words(done)
    assert set(run.findings.values_list("remedy", "because")) == {
        ("KNOW", "Bought for the fair")
    }


def test_lines_of_several_kinds_get_no_remedy_together(operator: Client) -> None:
    run = a_plan([a_stranger(), an_unheard_one()])
    query = {"line": list(run.findings.values_list("pk", flat=True))}

    answer = operator.get(verb("choose_remedies", run), query, follow=True)

    assert "Tick lines of one kind." in words(answer)


def test_lines_of_a_proposed_plan_cannot_be_changed(operator: Client) -> None:
    run = a_plan([a_vanished_one(code="BT-GONE-0000-0000-CASH")])
    propose_plan(run=run, actor=DAN, now=NOON)
    line = run.findings.get()

    shown = operator.get(page_of(run)).content.decode()
    refused = operator.post(verb("exclude_line", line), follow=True)

    assert verb("exclude_line", line) not in shown
    assert "its lines cannot be changed now" in words(refused)


# ------------------------------------------------------------------ the plan


def test_a_second_person_approves_what_was_proposed(operator: Client) -> None:
    run = a_plan([a_vanished_one(code="BT-GONE-0000-0000-CASH")])
    second = signed_in(*LOOK, APPROVE, email="eve@distributor.example")

    before = operator.get(page_of(run)).content.decode()
    operator.post(verb("propose_plan", run), SENT)
    own = words(operator.post(verb("approve_plan", run), SENT))
    told = words(operator.get(page_of(run)))
    answer = second.post(verb("approve_plan", run), SENT, follow=True)

    assert verb("approve_plan", run) not in before
    assert "You have proposed this plan; another person must approve it." in own
    assert "You have proposed it; another person must approve it." in told
    assert "The plan is approved." in words(answer)
    assert "Being applied" in words(answer)
    run.refresh_from_db()
    assert (run.proposed_by, run.approved_by) == (INES, "eve@distributor.example")


def test_without_a_second_person_the_plan_is_approved_at_once(
    operator: Client,
) -> None:
    a_policy(needs_second_person=False)
    run = a_plan([a_vanished_one(code="BT-GONE-0000-0000-CASH")])

    asked = words(operator.get(verb("approve_plan", run)))
    operator.post(verb("approve_plan", run), SENT)
    drain(RECONCILING, now=NOON)

    assert "To be done: 1 × Mark as vanished." in asked
    page = words(operator.get(page_of(run)))
    assert "Lines done: 1. Lines refused: 0." in page
    assert "The asset is now: Vanished" in page


def test_a_plan_that_changes_too_much_needs_a_person_who_insists(
    operator: Client,
) -> None:
    a_policy(needs_second_person=False)
    codes = [f"BT-GONE-{n}-0000-CASH" for n in range(4)]
    run = a_plan([a_vanished_one(code=code) for code in codes], compared=12)
    address = verb("approve_plan", run)

    asked = words(operator.get(address))
    refused = words(operator.post(address, SENT))
    again = words(operator.post(address, SENT))
    operator.post(address, {**SENT, "is_forced": "on"})

    assert "although it changes more" not in asked
    assert "4 of 12 assets would be changed" in refused
    assert "Approve it although it changes more than is usual" in refused
    assert "4 of 12 assets would be changed" in again
    run.refresh_from_db()
    assert (run.state, run.is_forced) == (RunState.APPLYING, True)


def test_a_proposed_plan_is_taken_back(operator: Client) -> None:
    run = a_plan([a_vanished_one(code="BT-GONE-0000-0000-CASH")])
    propose_plan(run=run, actor=DAN, now=NOON)

    answer = operator.post(verb("take_back_plan", run), SENT, follow=True)

    assert "Its lines can be changed again." in words(answer)
    run.refresh_from_db()
    assert run.state == RunState.PLANNED


def test_a_plan_without_a_remedy_is_not_proposed(operator: Client) -> None:
    run = a_plan([a_stranger()])

    refused = words(operator.post(verb("propose_plan", run), SENT))

    assert "No line has a remedy." in refused


def test_a_plan_is_discarded_with_a_reason(operator: Client) -> None:
    run = a_plan([a_stranger()])

    typed = {**SENT, "because": "The vendor had a bad day"}
    answer = operator.post(verb("discard_plan", run), typed, follow=True)

    assert "Discarded" in words(answer)
    assert "The vendor had a bad day" in words(answer)


def test_what_can_be_put_back_is_put_back_by_a_plan(operator: Client) -> None:
    a_policy(needs_second_person=False)
    run = a_plan([a_vanished_one(code="BT-GONE-0000-0000-CASH")])
    before = operator.get(page_of(run)).content.decode()
    approve_plan(run=run, is_forced=False, actor=DAN, now=NOON)
    drain(RECONCILING, now=NOON)

    shown = operator.get(page_of(run)).content.decode()
    answer = operator.post(verb("undo_plan", run), SENT, headers=FROM_SCRIPT)

    undo = ReconciliationRun.objects.get(undoes=run)
    assert verb("undo_plan", run) not in before
    assert verb("undo_plan", run) in shown
    assert answer["HX-Redirect"] == page_of(undo)
    after = operator.get(page_of(run))
    assert verb("undo_plan", run) not in after.content.decode()
    assert f"Put back by Reconciliation {undo.pk}" in words(after)
    assert f"Puts back Reconciliation {run.pk}" in words(operator.get(page_of(undo)))


# ------------------------------------------------------------------ who may


def test_an_onlooker_sees_the_plan_and_no_button(onlooker: Client) -> None:
    run = a_plan([a_stranger()])
    line = run.findings.get()

    shown = onlooker.get(page_of(run)).content.decode()

    assert 'id="line-1"' in shown
    for name in ("propose_plan", "discard_plan", "approve_plan"):
        assert verb(name, run) not in shown
        answer = onlooker.post(verb(name, run), SENT)
        assert answer.status_code == HTTPStatus.FORBIDDEN
    for name in ("choose_remedy", "exclude_line"):
        assert verb(name, line) not in shown
        assert onlooker.post(verb(name, line), SENT).status_code == HTTPStatus.FORBIDDEN
    assert 'name="_selected_action"' not in shown


def test_who_may_prepare_may_not_approve_by_that() -> None:
    a_policy(needs_second_person=False)
    run = a_plan([a_vanished_one(code="BT-GONE-0000-0000-CASH")])
    assistant = signed_in(*LOOK, PREPARE)

    shown = assistant.get(page_of(run)).content.decode()

    assert verb("propose_plan", run) in shown
    assert verb("approve_plan", run) not in shown
    assert assistant.post(verb("approve_plan", run), SENT).status_code == 403
