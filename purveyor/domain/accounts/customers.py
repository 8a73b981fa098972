"""The end customers of a reseller: what it may see and change of their records."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from purveyor.domain.accounts.contact_roles import CONTACT_ROLES
from purveyor.domain.accounts.contacts import put_contact
from purveyor.domain.accounts.models import (
    Account,
    AccountKind,
    Address,
    Contact,
    MailLanguage,
)
from purveyor.domain.accounts.operations import (
    edit_account,
    hold_accounts,
    open_account,
)
from purveyor.domain.accounts.queries import is_billed_itself, known_as
from purveyor.domain.accounts.tax_numbers import checked_tax_number
from purveyor.kernel.errors import NotFound, Refused
from purveyor.kernel.journal.operations import drop, keep

ROWS_MAX = 500
DETAILS_MAX = 100

#: What a reseller may change of an end customer; credit and prices are for staff.
CHANGEABLE = frozenset(
    (
        *("name", "email", "phone", "website", "language", "tax_number"),
        "needs_reseller_approval",
    )
)
#: What stands on the invoices of whoever pays for itself.
ON_INVOICES = frozenset(("name", "tax_number"))


class CustomerExists(Refused):
    """A reseller does not need two records of one end customer."""

    code = "accounts.customer_exists"


class LeftToStaff(Refused):
    """What decides about our own bills is changed by staff alone."""

    code = "accounts.left_to_staff"


def customers_of(reseller: Account) -> QuerySet[Account]:
    """Return the end customers of a reseller; merged ones are closed."""
    return Account.objects.filter(parent=reseller, merged_into__isnull=True)


def get_customer(*, number: str, reseller: Account) -> Account:
    """
    Return an end customer of a reseller, with its payer.

    :raises NotFound: if there is none, or it is somebody else's.
    """
    found = customers_of(reseller).filter(number=number)
    customer = found.select_related("bill_to", "parent").first()
    if customer is None:
        raise NotFound(_("There is no such customer."))
    return customer


def customers_by_name(
    *, reseller: Account, term: str = "", after: str = ""
) -> QuerySet[Account]:
    """
    Return the end customers of a reseller by name, after one that is named by number.

    Shape:  `term` is a part of a name or an e-mail, a whole number, or the whole e-mail
            of a contact. After a customer that is not there comes nothing.
    """
    found = customers_of(reseller)
    if sought := term.strip():
        people = Contact.objects.filter(account=OuterRef("pk"), email__iexact=sought)
        found = found.filter(
            known_as(term=sought) | Q(email__icontains=sought) | Exists(people)
        )
    if after:
        last = customers_of(reseller).filter(number=after).first()
        if last is None:
            return found.none()
        is_later = Q(name__gt=last.name) | Q(pk__gt=last.pk)
        found = found.filter(is_later, name__gte=last.name)
    return found.order_by("name", "pk")


def get_customer_contact(*, customer: Account, contact_id: int) -> Contact:
    """
    Return a contact of an end customer.

    :raises NotFound: if there is none, or it is somebody else's.
    """
    contact = Contact.objects.filter(account=customer, pk=contact_id).first()
    if contact is None:
        raise NotFound(_("There is no such contact."))
    return contact


def billing_address_of(customer: Account) -> Address | None:
    """Return the address at which an end customer is known."""
    return customer.addresses.filter(is_billing=True).first()


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A person at an end customer, and what they are asked about."""

    pk: int
    name: str
    email: str
    phone: str
    roles: tuple[str, ...]
    first_asked: frozenset[str]


@dataclass(frozen=True, slots=True)
class Details:
    """Where an end customer is found, and its people."""

    addresses: tuple[Address, ...]
    contacts: tuple[ContactRow, ...]


def details_of(customer: Account) -> Details:
    """Return the addresses of an end customer, billing first, and its people."""
    addresses = customer.addresses.order_by("-is_billing", "id")
    people = customer.contacts.order_by("first_name", "last_name", "id")
    return Details(
        addresses=tuple(addresses[:DETAILS_MAX]),
        contacts=tuple(_contact_row(each) for each in people[:DETAILS_MAX]),
    )


def mail_languages() -> list[tuple[str, str]]:
    """Return the languages in which an account can be written to."""
    return [(each.value, str(each.label)) for each in MailLanguage]


@transaction.atomic
def open_end_customer(
    *,
    reseller: Account,
    facts: Mapping[str, Any],
    address: Mapping[str, Any],
    people: Sequence[Mapping[str, Any]],
    actor: str,
    now: datetime,
) -> Account:
    """
    Create an end customer of a reseller; it is billed in the reseller's currency.

    :raises CustomerExists: if the reseller has one of this name.
    :raises Refused: for all that `open_account` refuses.
    """
    hold_accounts(reseller)  # two clicks, one customer
    _check_is_new(facts["name"], reseller)
    given = {
        **facts,
        "kind": AccountKind.END_CUSTOMER,
        "parent": reseller,
        "currency": reseller.currency,
    }
    return open_account(
        facts=given, address=address, people=people, actor=actor, now=now
    )


@transaction.atomic
def edit_end_customer(
    *,
    customer: Account,
    facts: Mapping[str, Any],
    address: Mapping[str, Any],
    actor: str,
    now: datetime,
) -> None:
    """
    Change an end customer on behalf of its reseller.

    Shape:  `facts` are fields of the account, `address` those of its billing address;
            what is not named stays.
    :raises LeftToStaff: if it is not for resellers to change.
    :raises CustomerExists: if the reseller has another one of this name.
    :raises WrongTaxNumber: if the number breaks the rules of the country.
    """
    account = _held(customer)
    _check_may_change(account, facts, address)
    if "name" in facts:
        _check_is_new(facts["name"], account.parent, but=account)
    billing = billing_address_of(account) or Address(account=account)
    _fill_in(billing, address)
    _fill_in(account, facts)
    is_number_affected = "tax_number" in facts or "country" in address
    country = billing.country if is_number_affected else ""
    checked_tax_number(number=account.tax_number, country=country)
    if address:
        keep(billing, changed=tuple(address), actor=actor, at=now)
    if facts:
        edit_account(
            account=account,
            changed=tuple(facts),
            country=country,
            actor=actor,
            now=now,
        )


def new_customer_contact(*, customer: Account) -> Contact:
    """Return a contact of an end customer that is still to be filled in."""
    return Contact(account=customer)


@transaction.atomic
def put_customer_contact(
    *,
    contact: Contact,
    facts: Mapping[str, Any],
    roles: Collection[str],
    actor: str,
    now: datetime,
) -> None:
    """
    Save a contact of an end customer, new or known, with what they are asked about.

    Who is asked first about something stays so, as long as they are asked at all.

    :raises IsMerged: if the customer was merged into another meanwhile.
    """
    hold_accounts(contact.account)
    _fill_in(contact, facts)
    changed = list(facts)
    for role in CONTACT_ROLES:
        if (role in roles) == contact.has_role(role):
            continue
        changed.append(f"is_{role}_contact")
        if role in roles:
            contact.stand_for(role, is_main=False)
        else:
            contact.stand_back(role)
    put_contact(contact=contact, changed=changed, actor=actor, now=now)


@transaction.atomic
def drop_customer_contact(*, contact: Contact, actor: str, now: datetime) -> None:
    """Delete a contact of an end customer."""
    hold_accounts(contact.account)
    drop(contact, actor=actor, at=now)


def _contact_row(contact: Contact) -> ContactRow:
    return ContactRow(
        pk=contact.pk,
        name=contact.full_name,
        email=contact.email,
        phone=contact.phone,
        roles=tuple(role for role in CONTACT_ROLES if contact.has_role(role)),
        first_asked=frozenset(r for r in CONTACT_ROLES if contact.is_main(r)),
    )


def _held(customer: Account) -> Account:
    """
    Return an end customer as it is now; it and its reseller's others are kept.

    :raises NotFound: if it went to another reseller meanwhile.
    """
    reseller = customer.parent or customer
    hold_accounts(customer, reseller)
    return get_customer(number=customer.number, reseller=reseller)


def _check_may_change(
    account: Account, facts: Mapping[str, Any], address: Mapping[str, Any]
) -> None:
    if unknown := facts.keys() - CHANGEABLE:
        message = _("Only our staff change this. Write to us what it should be.")
        raise LeftToStaff(message, fields=sorted(unknown))
    if is_billed_itself(account) and (address or facts.keys() & ON_INVOICES):
        message = _(
            "We bill %(account)s directly, so our staff keep what stands on its "
            "invoices. Write to us what has changed."
        )
        raise LeftToStaff(message % {"account": account.name})


def _check_is_new(
    name: str, reseller: Account | None, *, but: Account | None = None
) -> None:
    same = Account.objects.filter(
        parent=reseller, merged_into__isnull=True, name__iexact=name.strip()
    )
    if but is not None:
        same = same.exclude(pk=but.pk)
    if same.exists():
        message = _("You have a customer %(name)s already. Choose it from the list.")
        raise CustomerExists(message % {"name": name.strip()})


def _fill_in(record: Any, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        setattr(record, name, value)
