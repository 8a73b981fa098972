"""Accounts from a spreadsheet: checked row by row, written only after a yes."""

from datetime import datetime

import pytest

from purveyor.domain.accounts.models import (
    Account,
    AccountKind,
    Address,
    Contact,
)
from purveyor.domain.accounts.operations import create_payment_method
from purveyor.flows.account_import import operations as imports
from purveyor.flows.account_import.lifecycle import ImportState
from purveyor.flows.account_import.models import AccountImport
from purveyor.flows.account_import.operations import (
    NothingToImport,
    UnknownColumns,
    begin_import,
    check_import,
    discard_import,
    import_some,
)
from purveyor.flows.account_import.rows import COLUMNS
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.lifecycle import MoveRefused
from purveyor.kernel.sheets import SheetUnreadable, write_excel
from tests.factories.accounts import a_reseller, an_account
from tests.factories.moments import DAN


def checked(text: str, now: datetime) -> AccountImport:
    return check_import(name="accounts.csv", content=text.encode(), actor=DAN, now=now)


def run(wanted: AccountImport, now: datetime) -> AccountImport:
    begin_import(wanted=wanted, actor=DAN, now=now)
    while wanted.state == ImportState.RUNNING:
        import_some(wanted=wanted, actor=DAN, now=now)
    return wanted


def test_nothing_is_written_before_the_yes(now: datetime) -> None:
    wanted = checked("Name\nContoso\n", now)

    assert (wanted.state, wanted.rows_count, wanted.problems) == ("CHECKED", 1, {})
    assert not Account.objects.exists()
    assert not Entry.objects.exists()


def test_rows_become_accounts_with_address_and_main_contact(now: datetime) -> None:
    create_payment_method(name="Bank transfer", payment_days=14, actor=DAN, now=now)
    text = (
        "Name;Kind;Reseller;Currency;E-Mail;Tax number;Payment method;Credit limit;"
        "Ordering;Address;City;Country;Contact first name;Contact last name;"
        "Contact e-mail\n"
        "Northwind;reseller;;usd;a@north.example;;bank transfer;1 000,50;no;;;;;;\n"
        "Lea & Co;;northwind;;;de 136695976;;;;Hauptstr. 1;Berlin;germany;Lea;Lang;"
        "lea@co.example\n"
    )

    done = run(checked(text, now), now)

    north, lea = Account.objects.order_by("pk")
    assert (done.state, done.created_count, done.problems) == ("DONE", 2, {})
    assert (north.kind, north.currency) == (AccountKind.RESELLER, "USD")
    assert (str(north.credit_limit), north.is_ordering_enabled) == ("1000.50", False)
    assert north.payment_method is not None
    assert (lea.parent, lea.kind) == (north, AccountKind.END_CUSTOMER)
    assert lea.tax_number == "DE136695976"
    assert Address.objects.get().country == "DE"
    contact = Contact.objects.get()
    assert contact.is_main("order")
    assert contact.is_main("billing")
    assert not contact.has_role("technical")
    assert done.rows == []
    verbs = Entry.objects.filter(record_type="account_import.accountimport")
    assert [line.verb for line in verbs.order_by("pk")] == ["begin", "finish"]


@pytest.mark.parametrize(
    ("head", "row", "told"),
    [
        ("name", ",", "Name: This field cannot be blank."),
        ("name,kind", "A,friend", "Kind: “friend” is none of"),
        ("name,kind", "A,end customer", "Reseller: an end customer needs one."),
        ("name,kind,reseller", "A,reseller,B", "only an end customer has one"),
        ("name,reseller", "A,Nobody", "not exactly one reseller “Nobody”"),
        ("name,currency", "A,XXZ", "Currency: “XXZ” is unknown."),
        ("name,e-mail", "A,nobody", "E-mail: Enter a valid email address."),
        ("name,website", "A,nowhere", "Website: Enter a valid URL."),
        ("name,credit limit", "A,much", "Credit limit: write “much” as 5000"),
        ("name,credit limit", "A,-1", "greater than or equal to 0"),
        ("name,ordering", "A,maybe", "write yes or no, not “maybe”"),
        ("name,payment method", "A,gold", "there is no “gold”"),
        ("name,country", "A,Atlantis", "Country: “Atlantis” is unknown."),
        ("name,city", "A,Berlin", "Address: This field cannot be blank."),
        ("name,contact e-mail", "A,a@b.example", "Contact first name: This field"),
        ("name,country,address,city,tax number", "A,DE,B,C,DE1", "not a valid tax"),
    ],
)
def test_a_wrong_row_says_which_column_and_what_to_do(
    head: str, row: str, told: str, now: datetime
) -> None:
    wanted = checked(f"{head},notes\n{row},x\n", now)

    (problems,) = wanted.problems.values()
    assert told in " ".join(problems)
    with pytest.raises(NothingToImport, match="No row can be imported"):
        begin_import(wanted=wanted, actor=DAN, now=now)


def test_rows_that_look_like_what_is_there_are_warned_of(now: datetime) -> None:
    there = an_account(name="Contoso GmbH")
    text = "name,tax number,country,address,city\nContoso,,,,\nFabrikam,x,GB,A,B\n"

    wanted = checked(text + "fabrikam ltd,,,,\n", now)

    assert wanted.problems == {}
    assert f"It looks like {there.number} Contoso GmbH." in wanted.warnings["2"]
    assert "does not look like a tax number of GB" in wanted.warnings["3"][0]
    assert wanted.warnings["4"] == ["It looks like row 3 of this file."]


def test_wrong_rows_are_left_out_and_the_others_imported(now: datetime) -> None:
    done = run(checked("name,e-mail\nA,a@a.example\nB,wrong\nC,\n", now), now)

    assert [a.name for a in Account.objects.order_by("pk")] == ["A", "C"]
    assert list(done.problems) == ["3"]


def test_what_changed_since_the_check_is_noted(now: datetime) -> None:
    north = a_reseller(name="Northwind")
    wanted = checked("name,reseller\nLea,Northwind\nTom,Northwind\n", now)
    Account.objects.filter(pk=north.pk).update(name="Southwind")

    done = run(wanted, now)

    assert (done.state, done.created_count) == ("DONE", 0)
    assert "Choose the reseller" in " ".join(done.problems["2"])


def test_a_long_import_goes_on_step_by_step(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "ROWS_A_STEP", 2)
    wanted = checked("name\nA\nB\nC\n", now)
    begin_import(wanted=wanted, actor=DAN, now=now)
    twin = AccountImport.objects.get()

    import_some(wanted=wanted, actor=DAN, now=now)
    import_some(wanted=twin, actor=DAN, now=now)
    in_between = (wanted.position, twin.position, Account.objects.count())
    import_some(wanted=wanted, actor=DAN, now=now)

    assert in_between == (2, 2, 2)
    assert wanted.state == ImportState.DONE
    assert Account.objects.count() == 3


def test_an_import_is_begun_or_discarded_once(now: datetime) -> None:
    dropped, begun = (checked("name\nA\n", now) for _n in range(2))
    discard_import(wanted=dropped, actor=DAN, now=now)
    run(begun, now)

    for wanted in (dropped, begun):
        with pytest.raises(MoveRefused):
            begin_import(wanted=wanted, actor=DAN, now=now)
    assert dropped.rows == []
    assert Account.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "text", "error", "told"),
    [
        ("a.csv", "name,colour\nA,red\n", UnknownColumns, "“colour” is unknown"),
        ("a.csv", "city\nBerlin\n", UnknownColumns, "no column “name”"),
        ("a.csv", "name\n", NothingToImport, "no row under the headings"),
        ("a.csv", "name\n" + "A\n" * 1001, SheetUnreadable, "more than 1000 rows"),
        ("a.txt", "name\nA\n", SheetUnreadable, "Use a CSV or Excel file"),
    ],
)
def test_a_wrong_file_is_refused_whole(
    name: str, text: str, error: type[Exception], told: str, now: datetime
) -> None:
    with pytest.raises(error, match=told):
        check_import(name=name, content=text.encode(), actor=DAN, now=now)

    assert not AccountImport.objects.exists()


def test_the_example_of_the_template_fits(now: datetime) -> None:
    assert a_reseller().number == COLUMNS["reseller"]
    content = write_excel(
        title="Accounts", headings=list(COLUMNS), rows=[list(COLUMNS.values())]
    )

    wanted = check_import(name="t.xlsx", content=content, actor=DAN, now=now)

    assert (wanted.problems, wanted.warnings) == ({}, {})
