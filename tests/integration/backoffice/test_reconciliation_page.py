"""Operations > Reconciliation: the list, a plan with its lines, what changed."""

import pytest
from django.test import Client
from django.urls import reverse

from purveyor.domain.assets.models import Asset
from purveyor.flows.reconciliation.approval import (
    choose_remedy,
    propose_plan,
)
from purveyor.flows.reconciliation.lifecycle import (
    Drift,
    RunState,
)
from purveyor.flows.reconciliation.models import Finding, ReconciliationRun
from purveyor.kernel.sealed import mask
from tests.factories.accounts import an_account
from tests.factories.catalogue import an_application
from tests.factories.moments import DAN, NOON
from tests.factories.provisioning import a_link, a_setup
from tests.factories.reconciliation import (
    STRANGE,
    a_different_one,
    a_plan,
    a_run,
    a_stranger,
    a_vanished_one,
)
from tests.support.staff import FROM_SCRIPT, queries_of, signed_in, value_of, words

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


# ------------------------------------------------------------------ the list


def test_an_empty_list_says_what_reconciliation_is(operator: Client) -> None:
    a_setup()

    page = words(operator.get(reverse(LIST)))

    assert "Nothing was compared yet Reconciliation reads what a vendor holds" in page
    assert "BitTitan" in page
    assert "Reconcile now" in page


def test_the_list_shows_what_waits_and_the_money_at_risk(operator: Client) -> None:
    run = a_plan([a_stranger()], compared=12)
    a_run(state=RunState.CLEAN, account=an_account(name="Contoso"))

    page = words(operator.get(reverse(LIST)))

    assert f"{run.pk} Planned BitTitan All accounts 15 Jan 2030, 13:00 {DAN}" in page
    assert "1 new Cost €70.00 Price €99.00" in page
    assert "Nothing differs BitTitan Contoso" in page


def test_the_list_is_filtered_by_state(operator: Client) -> None:
    a_plan([a_stranger()])
    a_run(state=RunState.FAILED, waits_because="The vendor could not be read.")

    page = words(operator.get(reverse(LIST), {"state__exact": "FAILED"}))

    assert "Failed BitTitan All accounts" in page
    assert "Planned BitTitan All accounts" not in page


def test_the_list_asks_as_much_for_many_as_for_one(operator: Client) -> None:
    a_plan([a_stranger()])
    for_one = queries_of(operator, reverse(LIST))

    for number in range(3):
        a_plan([a_stranger(code=f"BT-MORE-{number}-0000-CASH")])

    assert queries_of(operator, reverse(LIST)) == for_one
    assert for_one <= 16


# ------------------------------------------------------------------ start


def test_reconcile_now_leads_to_the_page_that_shows_how_it_goes(
    operator: Client,
) -> None:
    a_setup()
    address = start()

    answer = operator.post(address, SENT, headers=FROM_SCRIPT)

    run = ReconciliationRun.objects.get()
    assert (run.state, run.account, run.asked_by) == (RunState.LOOKING, None, INES)
    assert answer["HX-Redirect"] == page_of(run)
    page = operator.get(page_of(run))
    assert "The vendor is being looked at" in words(page)
    assert "No worker is running." in words(page)
    assert f"{verb('reconciliation_progress', run)}?look=1" in page.content.decode()


def test_one_account_is_reconciled_by_its_number(operator: Client) -> None:
    a_setup()
    account = an_account(name="Contoso")

    found = operator.get(
        reverse("bss:find_accounts"), {"of": "account", "account": "conto"}
    )
    operator.post(
        start(),
        {**SENT, "account": account.number.lower()},
    )

    assert f'value="{account.number}">Contoso' in found.content.decode()
    assert ReconciliationRun.objects.get().account == account


def test_the_page_of_an_account_leads_to_comparing_it(operator: Client) -> None:
    account = an_account(name="Contoso")
    a_setup()
    a_link(account=account)
    address = f"{start()}&account={account.number}".replace("&", "&amp;")

    page = operator.get(reverse("bss:synchronization", args=[account.pk]))
    asked = operator.get(f"{start()}&account={account.number}")

    assert address in page.content.decode()
    assert value_of(asked, "account") == account.number


def test_an_unknown_account_or_a_second_look_is_refused_in_words(
    operator: Client,
) -> None:
    a_setup()
    address = start()

    unknown = words(operator.post(address, {**SENT, "account": "AC-NONE"}))
    operator.post(address, SENT)
    again = words(operator.post(address, SENT))

    assert "There is no account with this number." in unknown
    assert "BitTitan is being looked at already." in again
    assert ReconciliationRun.objects.count() == 1


def test_once_it_has_ended_the_page_is_shown_anew(operator: Client) -> None:
    run = a_plan([a_stranger()])

    answer = operator.get(verb("reconciliation_progress", run), {"look": 3})

    assert answer["HX-Refresh"] == "true"


# ------------------------------------------------------------------ the page


def test_a_plan_shows_totals_and_both_sides_facts(operator: Client) -> None:
    run = a_plan([a_different_one(code="BT-OURS-0000-0000-CASH"), a_stranger()])

    answer = operator.get(page_of(run))

    page = words(answer)
    line = run.findings.get(drift=Drift.DIFFERENT)
    assert line.asset is not None
    assert line.account is not None
    assert "The facts differ 1 1 €21.00 €29.70" in page
    assert "At risk: cost €91.00, price €128.70" in page
    assert "Licenses (unequal) 10 7" in page
    assert "Product BT-MAILBOX BT-MAILBOX" in page
    assert "1 line waits for your decision." in page
    assert "To be done: 1 × Take the vendor's facts." in page
    for record in (line.asset, line.asset.order_item.order, line.account):
        assert f"/{record.pk}/change/" in answer.content.decode()


def test_no_code_is_on_the_page_nor_in_what_is_taken_away(operator: Client) -> None:
    code = "BT-OURS-0000-0000-CASH"
    run = a_plan([a_different_one(code=code), a_stranger()])

    shown = [operator.get(page_of(run)).content]
    for name in ("plan_csv", "plan_json", "plan_changes"):
        answer = operator.get(verb(name, run))
        shown.append(b"".join(answer) if answer.streaming else answer.content)

    assert all(code.encode() not in each for each in shown)
    assert all(STRANGE.encode() not in each for each in shown)
    assert all("CASH" in each.decode() for each in shown)


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        ({"kind": "STRANGER"}, 1),
        ({"kind": "LOST"}, 0),
        ({"remedy": "none"}, 1),
        ({"remedy": "TAKE_FACTS"}, 1),
        ({"new": "yes"}, 2),
        ({"state__exact": "DONE"}, 0),
        ({"q": "contoso"}, 1),
        ({"q": "•••• cash"}, 2),
        ({"q": "AS-0-1"}, 0),
    ],
    ids=["kind", "none", "undecided", "remedy", "new", "state", "name", "end", "no"],
)
def test_the_lines_are_filtered_and_searched(
    operator: Client, chosen: dict[str, str], count: int
) -> None:
    account = an_account(name="Contoso")
    other = a_different_one(code="BT-OURS-0000-0000-CASH", account=account)
    run = a_plan([other, a_stranger()])

    shown = operator.get(page_of(run), chosen).content.decode()

    assert shown.count('id="line-') == count


def test_a_coupon_code_that_is_looked_for_stands_in_no_address(
    operator: Client,
) -> None:
    ours = "BT-OURS-0000-0000-CASH"
    run = a_plan([a_different_one(code=ours), a_stranger()])
    asset = Asset.objects.get()
    at = page_of(run)

    found = operator.post(at, {"q": ours})
    stranger = operator.post(at, {"q": STRANGE}, follow=True)
    unknown = operator.get(at, {"kind": "STRANGER", "q": "BT-NOT-OURS-0000"})

    assert found["Location"] == f"?q={asset.number}"
    assert STRANGE not in str(stranger.redirect_chain)
    assert stranger.context["cl"].query == mask(STRANGE)
    assert unknown["Location"] == "?kind=STRANGER"
    assert 'method="post" role="search"' in stranger.content.decode()


def test_the_page_asks_as_much_for_many_lines_as_for_one(operator: Client) -> None:
    run = a_plan([a_different_one(code="BT-ONE-0000-0000-CASH")])
    for_one = queries_of(operator, page_of(run))
    codes = [f"BT-MANY-{n}-0000-CASH" for n in range(5)]
    many = a_plan([a_different_one(code=code) for code in codes])

    assert queries_of(operator, page_of(many)) == for_one
    assert for_one <= 22


def test_a_run_that_is_not_there_is_not_found(operator: Client) -> None:
    assert operator.get(reverse(PAGE, args=[4711])).status_code == 404
    assert operator.get(reverse(PAGE, args=["x"])).status_code == 404


def test_an_asset_shows_what_was_found_about_it() -> None:
    code = "BT-OURS-0000-0000-CASH"
    operator = signed_in("assets.view_asset", "reconciliation.view_finding")
    salesman = signed_in("assets.view_asset", email="dan@distributor.example")
    run = a_plan([a_different_one(code=code)])
    line = run.findings.get()
    address = reverse("bss:assets_asset_change", args=[line.asset_id])

    page = operator.get(address)

    told = f"Reconciliation {run.pk} 15 Jan 2030, 13:00 The facts differ"
    assert f"{told} Take the vendor's facts Open" in words(page)
    assert f"{page_of(run)}?q=AS-" in page.content.decode()
    assert "Found by reconciliation" not in words(salesman.get(address))


# ------------------------------------------------------------------ what changed


def test_what_changed_since_the_plan_before_is_shown(operator: Client) -> None:
    stranger, gone = a_stranger(), a_vanished_one(code="BT-GONE-0000-0000-CASH")
    before = a_plan([gone])
    after = a_plan([stranger], mended_count=1)

    page = words(operator.get(verb("plan_changes", after)))
    first = words(operator.get(verb("plan_changes", before)))

    assert f"Compared with reconciliation {before.pk}" in page
    assert "New 1 Finding About" in page
    assert "Unknown to us •••• CASH" in page
    assert "Mended 1 Finding About" in page
    assert "Gone before its time AS-" in page
    assert "There is no plan before this one" in first


def test_what_was_not_compared_has_no_changes(operator: Client) -> None:
    a_plan([a_stranger()])
    run = a_run()

    answer = operator.get(verb("plan_changes", run))

    assert answer["Location"] == page_of(run)


def test_the_choices_of_a_person_are_in_the_history(operator: Client) -> None:
    run = a_plan([a_vanished_one(code="BT-GONE-0000-0000-CASH")])
    choose_remedy(
        line=run.findings.get(),
        remedy="KNOW",
        for_account=None,
        because="We know",
        actor=DAN,
        now=NOON,
    )
    propose_plan(run=run, actor=DAN, now=NOON)

    address = reverse("bss:reconciliation_reconciliationrun_history", args=[run.pk])

    assert "proposed the plan" in words(operator.get(address))
