"""Accounts: what they are to us, who resells to them, who pays for them."""

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from purveyor.domain.accounts.models import (
    Account,
    AccountKind,
    Address,
    Contact,
    Organization,
)
from purveyor.domain.accounts.operations import (
    WrongBillTo,
    WrongReseller,
    create_account,
    create_payment_method,
    edit_account,
    fill_in_organization,
    open_account,
    put_details,
)
from purveyor.domain.accounts.tax_numbers import (
    WrongTaxNumber,
    checked_tax_number,
    read_tax_number,
)
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.moments import DAN

DIRECT, RESELLER, END = AccountKind


# ------------------------------------------------------------------ create and edit


def test_a_new_account_has_its_number_and_its_line(now: datetime) -> None:
    account = Account(name="Contoso")

    create_account(account=account, actor=DAN, now=now)

    stored, entry = Account.objects.get(), Entry.objects.get()
    assert (stored.number, stored.created_at) == ("A-00001", now)
    assert (stored.kind, stored.currency) == (DIRECT, "EUR")
    assert (entry.verb, entry.record_id, entry.actor) == ("create", stored.pk, DAN)
    assert entry.record_label == "account A-00001 Contoso"


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"name": ""}, "cannot be blank"),
        ({"name": "Contoso", "email": "contoso"}, "valid email"),
        ({"name": "Contoso", "kind": "FRIEND"}, "FRIEND"),
        ({"name": "Contoso", "credit_limit": -1}, "greater than or equal to 0"),
        ({"name": "Contoso", "website": "contoso"}, "valid URL"),
    ],
)
def test_an_account_that_breaks_a_rule_takes_no_number(
    fields, complaint, now: datetime
) -> None:
    with pytest.raises(Refused, match=complaint):
        create_account(account=Account(**fields), actor=DAN, now=now)

    create_account(account=Account(name="Fabrikam"), actor=DAN, now=now)
    assert Account.objects.get().number == "A-00001"


def test_only_what_was_changed_of_an_account_is_saved(now: datetime) -> None:
    account = an_account(name="Contoso")
    account.name, account.phone = "Contoso AG", "not saved"

    edit_account(account=account, changed=["name"], actor=DAN, now=now)

    stored, entry = Account.objects.get(), Entry.objects.latest("pk")
    assert (stored.name, stored.phone) == ("Contoso AG", "")
    assert (entry.verb, entry.facts) == (
        "edit",
        {"changes": {"name": ["Contoso", "Contoso AG"]}},
    )


def test_an_account_is_opened_with_its_address_and_people(now: datetime) -> None:
    mia = {"first_name": "Mia", "last_name": "Miller", "email": "mia@contoso.example"}

    account = open_account(
        facts={"name": "Contoso", "tax_number": "DE 136 695 976"},
        address={"line1": "Main Street 1", "city": "Berlin", "country": "DE"},
        people=[mia],
        actor=DAN,
        now=now,
    )

    assert Account.objects.get().tax_number == "DE136695976"
    assert Address.objects.get().account == account
    assert Contact.objects.get().email == "mia@contoso.example"
    assert [entry.verb for entry in Entry.objects.order_by("pk")] == ["create"] * 3


def test_an_account_is_opened_whole_or_not_at_all(now: datetime) -> None:
    with pytest.raises(Refused, match="valid email"):
        open_account(
            facts={"name": "Contoso"},
            address={"line1": "Main Street 1", "city": "Berlin", "country": "DE"},
            people=[{"first_name": "Mia", "last_name": "Miller", "email": "mia"}],
            actor=DAN,
            now=now,
        )

    assert not Account.objects.exists()
    assert not Address.objects.exists()
    assert not Entry.objects.exists()


def test_details_are_put_and_dropped_with_a_line_each(now: datetime) -> None:
    account = an_account()
    old = account.addresses.get()
    new = Address(account=account, line1="Side Street 2", city="Bonn", country="DE")
    Entry.objects.all().delete()

    put_details(kept=[new], dropped=[old], actor=DAN, now=now)

    assert account.addresses.get() == new
    assert [entry.verb for entry in Entry.objects.order_by("pk")] == [
        "delete",
        "create",
    ]


def test_an_account_has_one_billing_address(now: datetime) -> None:
    account = an_account()
    second = Address(account=account, line1="Side Street 2", city="Bonn", country="DE")

    with pytest.raises(Refused, match="only one address as the billing address"):
        put_details(kept=[second], dropped=[], actor=DAN, now=now)


# ------------------------------------------------------------------ resellers


def test_an_end_customer_has_a_reseller(now: datetime) -> None:
    north = a_reseller()

    lea = an_end_customer(reseller=north, name="Lea & Co")

    assert (lea.kind, lea.parent) == (END, north)


@pytest.mark.parametrize("kind", [DIRECT, RESELLER])
def test_any_other_account_has_none(kind, now: datetime) -> None:
    account = Account(name="Contoso", kind=kind, parent=a_reseller())

    with pytest.raises(WrongReseller, match="Only an end customer has a reseller"):
        create_account(account=account, actor=DAN, now=now)


def test_an_end_customer_without_a_reseller_is_refused(now: datetime) -> None:
    account = Account(name="Lea & Co", kind=END)

    with pytest.raises(WrongReseller, match="Choose the reseller"):
        create_account(account=account, actor=DAN, now=now)


@pytest.mark.parametrize("make_parent", [an_account, an_end_customer])
def test_a_reseller_must_be_one(make_parent, now: datetime) -> None:
    account = Account(name="Lea & Co", kind=END, parent=make_parent())

    with pytest.raises(WrongReseller, match="Choose the reseller"):
        create_account(account=account, actor=DAN, now=now)


def test_a_reseller_may_resell() -> None:
    assert a_reseller().is_reselling_enabled
    assert not an_account().is_reselling_enabled


def test_a_reseller_with_end_customers_remains_one(now: datetime) -> None:
    north = a_reseller()
    an_end_customer(reseller=north)
    north.kind = DIRECT

    with pytest.raises(WrongReseller, match="Northwind has end customers"):
        edit_account(account=north, changed=["kind"], actor=DAN, now=now)

    assert Account.objects.get(pk=north.pk).kind == RESELLER


def test_a_reseller_without_end_customers_may_become_a_customer(now: datetime) -> None:
    north = a_reseller()
    north.kind = DIRECT

    edit_account(account=north, changed=["kind"], actor=DAN, now=now)

    assert Account.objects.get(pk=north.pk).kind == DIRECT


@pytest.mark.parametrize(
    "fields", [{"kind": END}, {"kind": "FRIEND"}], ids=["no reseller", "unknown kind"]
)
def test_the_database_refuses_what_an_operation_would(fields) -> None:
    account = an_account()

    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=account.pk).update(**fields)


# ------------------------------------------------------------------ bill-to


def test_an_account_is_billed_itself_or_through_its_reseller(now: datetime) -> None:
    lea = an_end_customer()

    for payer in (lea, lea.parent, None):
        lea.bill_to = payer
        edit_account(account=lea, changed=["bill_to"], actor=DAN, now=now)
        assert Account.objects.get(pk=lea.pk).bill_to == payer


def test_an_account_is_not_billed_to_a_stranger(now: datetime) -> None:
    account = an_account()
    account.bill_to = an_account()

    with pytest.raises(WrongBillTo, match="billed itself, or its reseller is"):
        edit_account(account=account, changed=["bill_to"], actor=DAN, now=now)

    assert Account.objects.get(pk=account.pk).bill_to is None


# ------------------------------------------------------------------ tax numbers


@pytest.mark.parametrize(
    ("country", "number", "expected"),
    [
        ("DE", "DE136695976", "DE136695976"),
        ("DE", " de 136 695 976 ", "DE136695976"),
        ("DE", "136695976", "DE136695976"),
        ("GR", "EL 094259216", "EL094259216"),
        ("GR", "094259216", "EL094259216"),
        ("AT", "ATU13585627", "ATU13585627"),
        ("AT", "U13585627", "ATU13585627"),
        ("PL", "PL 856-734-62-15", "PL8567346215"),
        ("PL", "8567346215", "PL8567346215"),
        ("AQ", " any number 7 ", "any number 7"),
        ("", "12", "12"),
        ("DE", "", ""),
    ],
)
def test_a_tax_number_is_written_as_its_country_writes_it(
    country, number, expected
) -> None:
    assert checked_tax_number(number=number, country=country) == expected


@pytest.mark.parametrize(
    ("country", "number"),
    [
        ("DE", "DE136695977"),
        ("DE", "DE13669597"),
        ("DE", "ATU13585626"),
        ("GR", "EL094259217"),
        ("AT", "ATU13585626"),
        ("AT", "AT13585627"),
        ("PL", "PL8567346216"),
        ("PL", "PL856734621"),
    ],
)
def test_a_wrong_tax_number_is_refused_with_the_reason(
    country, number, now: datetime
) -> None:
    account = Account(name="Contoso", tax_number=number)

    with pytest.raises(WrongTaxNumber, match=f"{number} is not a valid") as refusal:
        create_account(account=account, country=country, actor=DAN, now=now)

    assert refusal.value.facts == {"country": number[:2].replace("EL", "GR")}
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    ("country", "number", "kept", "warning"),
    [
        ("DE", "ATU13585627", "ATU13585627", "is a tax number of AT"),
        ("CH", "CHE-100.155.213", "CHE-100.155.213", "does not look like"),
        ("GB", " 123 ", "123", "does not look like a tax number of GB"),
        ("GB", "980780684", "GB980780684", ""),
        ("AQ", "7", "7", ""),
    ],
)
def test_where_the_law_allows_a_wrong_number_is_kept_with_a_warning(
    country, number, kept, warning
) -> None:
    read = read_tax_number(number=number, country=country)

    assert read.number == kept
    assert warning in read.warning
    assert bool(read.warning) is bool(warning)


# ------------------------------------------------------------------ profile, payment


def test_the_profile_is_filled_in_once(now: datetime) -> None:
    facts = {
        "name": "Aurora",
        "line1": "Hafenstraße 7",
        "city": "Hamburg",
        "country": "DE",
        "email": "hello@aurora.example",
    }
    fill_in_organization(facts=facts, actor=DAN, now=now)

    with pytest.raises(Refused, match="already exists"):
        fill_in_organization(facts=facts, actor=DAN, now=now)

    assert Organization.objects.get().pk == 1


def test_a_way_to_pay_has_its_days(now: datetime) -> None:
    method = create_payment_method(
        name="Bank transfer", payment_days=14, actor=DAN, now=now
    )

    assert method.payment_days == 14
    assert Entry.objects.get().verb == "create"
