"""Companies and people: Northwind resells, Lea's firm is its end customer."""

from itertools import count
from typing import Any

from purveyor.domain.accounts.models import (
    Account,
    AccountKind,
    Address,
    Contact,
    Organization,
    User,
)
from purveyor.domain.accounts.operations import create_account
from tests.factories.moments import DAN, NOON

_numbers = count(1)


def an_organization() -> Organization:
    """Return the distributor's own profile, made once."""
    profile, _made = Organization.objects.get_or_create(
        id=1,
        defaults={
            "name": "Aurora Distribution GmbH",
            "line1": "Hafenstraße 7",
            "postcode": "20457",
            "city": "Hamburg",
            "country": "DE",
            "tax_number": "DE136695976",
            "email": "hello@aurora.example",
            "bank_account": "DE02 1203 0000 0000 2020 51",
        },
    )
    return profile


def an_account(
    *,
    name: str = "",
    kind: AccountKind = AccountKind.DIRECT_CUSTOMER,
    parent: Account | None = None,
    currency: str = "EUR",
    country: str = "DE",
    **fields: Any,
) -> Account:
    """Return an account with a billing address and a billing contact."""
    an_organization()
    number = next(_numbers)
    account = Account(
        name=name or f"Company {number}",
        kind=kind,
        parent=parent,
        currency=currency,
        email=f"office{number}@company{number}.example",
        **fields,
    )
    create_account(account=account, country=country, actor=DAN, now=NOON)
    Address.objects.create(
        account=account,
        line1="Main Street 1",
        postcode="10115",
        city="Berlin",
        country=country,
    )
    Contact.objects.create(
        account=account,
        first_name="Mia",
        last_name=f"Miller {number}",
        email=f"mia@company{number}.example",
        is_billing_contact=True,
    )
    return account


def a_reseller(**fields: Any) -> Account:
    """Return a reseller."""
    return an_account(**{"name": "Northwind", "kind": AccountKind.RESELLER, **fields})


def an_end_customer(*, reseller: Account | None = None, **fields: Any) -> Account:
    """Return an end customer of a reseller."""
    parent = reseller or a_reseller()
    return an_account(kind=AccountKind.END_CUSTOMER, parent=parent, **fields)


def a_staff_user(*, email: str = DAN, **fields: Any) -> User:
    """Return a person of the distributor's staff."""
    fields = {"is_superuser": False, **fields}
    return User.objects.create_user(email, "correct horse", is_staff=True, **fields)
