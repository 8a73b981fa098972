"""What a reseller may see and change of its end customers."""

from typing import Any

import pytest

from purveyor.domain.accounts.customers import (
    CustomerExists,
    LeftToStaff,
    customers_by_name,
    drop_customer_contact,
    edit_end_customer,
    get_customer,
    new_customer_contact,
    open_end_customer,
    put_customer_contact,
)
from purveyor.domain.accounts.models import Account, Contact
from purveyor.domain.accounts.operations import close_as_merged
from purveyor.domain.accounts.queries import reseller_of
from purveyor.domain.accounts.tax_numbers import WrongTaxNumber
from purveyor.kernel.errors import NotFound
from purveyor.kernel.journal.models import Entry
from tests.factories.accounts import a_reseller, an_account, an_end_customer
from tests.factories.moments import NOON

pytestmark = pytest.mark.django_db

MIA = "mia@north.example"


def edits(
    customer: Account, facts: dict[str, Any] | None = None, **address: Any
) -> None:
    """Have its reseller change an end customer."""
    found = get_customer(number=customer.number, reseller=reseller_of(customer))
    edit_end_customer(
        customer=found, facts=facts or {}, address=address, actor=MIA, now=NOON
    )
    customer.refresh_from_db()


def last_lines() -> list[tuple[str, dict[str, Any]]]:
    """Return of what the journal tells a reseller's people to have changed."""
    mine = Entry.objects.filter(actor=MIA).order_by("pk")
    return [(each.record_type, each.facts.get("changes", {})) for each in mine]


def test_company_and_address_are_changed_with_lines_in_the_journal() -> None:
    customer = an_end_customer(name="Lea")

    edits(customer, {"name": "Lea GmbH", "phone": "030 1"}, city="Potsdam")

    assert (customer.name, customer.phone) == ("Lea GmbH", "030 1")
    assert customer.addresses.get().city == "Potsdam"
    assert last_lines() == [
        ("accounts.address", {"city": ["Berlin", "Potsdam"]}),
        ("accounts.account", {"name": ["Lea", "Lea GmbH"], "phone": ["", "030 1"]}),
    ]


def test_a_customer_without_an_address_gets_one() -> None:
    customer = an_end_customer()
    customer.addresses.all().delete()

    edits(customer, line1="Elbe 1", postcode="21680", city="Stade", country="DE")

    assert customer.addresses.get(is_billing=True).line1 == "Elbe 1"


@pytest.mark.parametrize(
    "facts",
    [
        {"credit_limit": 1_000_000},
        {"bill_to": None},
        {"invoice_option": "NONE"},
        {"is_ordering_enabled": True},
        {"name": "Lea", "parent": None},
    ],
)
def test_what_is_for_staff_is_refused(facts: dict[str, Any]) -> None:
    customer = an_end_customer(name="Before")

    with pytest.raises(LeftToStaff):
        edits(customer, facts)

    assert Account.objects.get(pk=customer.pk).name == "Before"


@pytest.mark.parametrize(
    ("facts", "address"),
    [({"name": "X"}, {}), ({"tax_number": ""}, {}), ({}, {"city": "Bonn"})],
)
def test_what_stands_on_our_own_invoices_is_refused(
    facts: dict[str, Any], address: dict[str, Any]
) -> None:
    customer = an_end_customer()
    Account.objects.filter(pk=customer.pk).update(bill_to=customer)

    with pytest.raises(LeftToStaff, match="directly"):
        edits(customer, facts, **address)

    edits(customer, {"phone": "030 1"})
    assert customer.phone == "030 1"


def test_no_two_customers_of_a_reseller_share_a_name() -> None:
    reseller = a_reseller()
    lea = an_end_customer(reseller=reseller, name="Lea")
    tim = an_end_customer(reseller=reseller, name="Tim")
    an_end_customer(reseller=a_reseller(name="Southwind"), name="Una")

    with pytest.raises(CustomerExists):
        edits(tim, {"name": " lea "})
    edits(lea, {"name": "LEA"})
    edits(tim, {"name": "Una"})

    assert (lea.name, tim.name) == ("LEA", "Una")


def test_a_merged_customer_stands_in_nobodys_way() -> None:
    reseller = a_reseller()
    lea = an_end_customer(reseller=reseller, name="Lea")
    kept = an_end_customer(reseller=reseller, name="Lea Two")
    close_as_merged(account=lea, into=kept, now=NOON)

    open_end_customer(
        reseller=reseller,
        facts={"name": "Lea", "email": "lea@lea.example"},
        address={"line1": "Elbe 1", "city": "Stade", "country": "DE"},
        people=(),
        actor=MIA,
        now=NOON,
    )

    with pytest.raises(NotFound):
        get_customer(number=lea.number, reseller=reseller)
    names = [each.name for each in customers_by_name(reseller=reseller)]
    assert names == ["Lea", "Lea Two"]


def test_a_tax_number_is_checked_by_the_country_of_the_address() -> None:
    customer = an_end_customer(country="DE")

    with pytest.raises(WrongTaxNumber):
        edits(customer, {"tax_number": "DE123"})
    edits(customer, {"tax_number": "DE136695976"})
    with pytest.raises(WrongTaxNumber):
        edits(customer, {"tax_number": "999"}, country="FR")
    edits(customer, {"phone": "030 1"})

    assert customer.tax_number == "DE136695976"


def test_who_went_to_another_reseller_is_not_changed() -> None:
    customer = an_end_customer(reseller=a_reseller(name="Northwind"))
    seen = get_customer(number=customer.number, reseller=reseller_of(customer))
    Account.objects.filter(pk=customer.pk).update(parent=a_reseller(name="Southwind"))

    with pytest.raises(NotFound):
        edit_end_customer(
            customer=seen, facts={"phone": "1"}, address={}, actor=MIA, now=NOON
        )


# ------------------------------------------------------------------ contacts


def puts(contact: Contact, *roles: str, **facts: str) -> None:
    """Have a reseller save a contact."""
    put_customer_contact(contact=contact, facts=facts, roles=roles, actor=MIA, now=NOON)


def test_a_contact_is_added_with_roles() -> None:
    customer = an_end_customer()
    person = {"first_name": "Lea", "last_name": "Lang", "email": "lea@lea.example"}

    puts(new_customer_contact(customer=customer), "order", "technical", **person)

    lea = customer.contacts.get(first_name="Lea")
    roles = [lea.has_role(role) for role in ("order", "billing", "technical")]
    assert roles == [True, False, True]
    assert not lea.is_main("order")


def test_who_is_asked_first_stays_so_until_the_role_is_taken() -> None:
    mia = an_end_customer().contacts.get()
    mia.stand_for("billing", is_main=True)
    mia.save()

    puts(mia, "billing", "order", phone="030 1")
    mia.refresh_from_db()
    assert mia.is_main("billing")
    puts(mia, "order")

    mia.refresh_from_db()
    assert (mia.has_role("billing"), mia.is_main("billing")) == (False, False)
    assert last_lines() == [
        (
            "accounts.contact",
            {"phone": ["", "030 1"], "is_order_contact": [False, True]},
        ),
        ("accounts.contact", {"is_billing_contact": [True, False]}),
    ]


def test_a_contact_is_removed() -> None:
    mia = an_end_customer().contacts.get()

    drop_customer_contact(contact=mia, actor=MIA, now=NOON)

    assert not Contact.objects.filter(pk=mia.pk).exists()
    assert Entry.objects.get(actor=MIA).verb == "delete"


# ------------------------------------------------------------------ the list


@pytest.mark.parametrize(
    ("term", "is_found"),
    [
        ("elb", True),
        ("{number}", True),
        ("office@elbe", True),
        ("MIA@elbe.example", True),
        ("mia@", False),
        ("zebra", False),
    ],
)
def test_customers_are_found(term: str, *, is_found: bool) -> None:
    customer = an_end_customer(name="Elbklinik")
    Account.objects.filter(pk=customer.pk).update(email="office@elbe.example")
    customer.contacts.update(email="mia@elbe.example")
    reseller = reseller_of(customer)

    sought = term.format(number=customer.number.lower())
    found = customers_by_name(reseller=reseller, term=sought)

    assert found.exists() is is_found


def test_the_list_goes_on_behind_any_customer() -> None:
    reseller = a_reseller()
    for name in ("Ada", "Bo", "Bo", "Cy"):
        an_end_customer(reseller=reseller, name=name)
    an_account(name="Bob")
    every = list(customers_by_name(reseller=reseller))

    for place, customer in enumerate(every):
        following = customers_by_name(reseller=reseller, after=customer.number)
        assert list(following) == every[place + 1 :]
    assert not customers_by_name(reseller=reseller, after="A-99999").exists()
