"""Questions about accounts and people."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Upper

from purveyor.domain.accounts.contacts import contact_for
from purveyor.domain.accounts.models import Account, AccountKind, Organization
from purveyor.kernel.errors import NotFound, Refused

FOUND_MAX = 50


class NoOrganization(Refused):
    """Nothing can be billed or mailed before the distributor's profile is filled in."""

    code = "accounts.no_organization"


def get_account(*, number: str) -> Account:
    """
    Return one account; for staff.

    :raises NotFound: if there is none with this number.
    """
    account = Account.objects.filter(number=number).first()
    if account is None:
        message = f"There is no account {number}."
        raise NotFound(message, number=number)
    return account


def open_accounts() -> QuerySet[Account]:
    """Return the accounts that were not merged into another."""
    return Account.objects.filter(merged_into__isnull=True)


def find_accounts(*, term: str, limit: int = FOUND_MAX) -> tuple[Account, ...]:
    """Return the accounts with this number, or words of a name that begin like it."""
    sought = term.strip()
    fits = Q(number=sought.upper()) | Q(name__words=sought)
    found = open_accounts().filter(fits).order_by("name", "id")
    return tuple(found[: min(limit, FOUND_MAX)])


def known_as(*, term: str, path: str = "") -> Q:
    """
    Return the condition that an account has this number, or this as part of its name.

    Shape:  `path` leads from other records to their account: "account__".
    """
    part_of_name = Upper(Value(term))
    return Q(**{f"{path}number": term.upper()}) | Q(
        **{f"{path}name_upper__contains": part_of_name}
    )


def accounts_numbered(number: str) -> list[int]:
    """Return the id of the account with a number, for conditions on its records."""
    found = Account.objects.filter(number=number.strip().upper())
    return list(found.values_list("pk", flat=True))


def bill_to_of(account: Account) -> Account:
    """Return who pays for an account: as set, else its reseller, else itself."""
    if account.bill_to is not None:
        return account.bill_to
    if account.kind == AccountKind.END_CUSTOMER and account.parent is not None:
        return account.parent
    return account


def is_billed_itself(account: Account) -> bool:
    """Return whether an account is its own `bill_to_of`; no other one is read."""
    if account.bill_to_id is not None:
        return bool(account.bill_to_id == account.pk)
    return account.kind != AccountKind.END_CUSTOMER or account.parent_id is None


def reseller_of(account: Account) -> Account:
    """Return the reseller of an end customer; any other account is its own."""
    return account.parent or account


def billing_email_of(*, account: Account, bill_to: Account) -> str:
    """Return where mails about bills go; empty if nobody is known."""
    return _email_of(account=account, bill_to=bill_to, roles=("billing",))


def order_email_of(*, account: Account, bill_to: Account) -> str:
    """
    Return where the mail about an order goes when no recipient was named.

    The order contact of the account, else its billing contact, else the payer's; of
    several the main one. Empty if nobody is known.
    """
    return _email_of(account=account, bill_to=bill_to, roles=("order", "billing"))


def _email_of(*, account: Account, bill_to: Account, roles: tuple[str, ...]) -> str:
    for payer in dict.fromkeys((account, bill_to)):
        for role in roles:
            contact = contact_for(account=payer, role=role)
            if contact is not None:
                return contact.email
    return account.email or bill_to.email


def country_of(account: Account) -> str:
    """Return the country of an account's billing address, else the distributor's."""
    address = account.addresses.filter(is_billing=True).first()
    return address.country if address is not None else organization().country


def organization() -> Organization:
    """
    Return the distributor's own profile.

    :raises NoOrganization: if it was not filled in yet.
    """
    profile = Organization.objects.first()
    if profile is None:
        message = "Fill in Setup > Organization profile first."
        raise NoOrganization(message)
    return profile


def organization_name() -> str:
    """Return how the distributor is called; the product's name before it is known."""
    name = Organization.objects.values_list("name", flat=True).first()
    return name or "Purveyor"


def has_accounts() -> bool:
    """Return whether any account was created yet."""
    return Account.objects.exists()


def accounts_under(account: Account) -> Q:
    """Return the condition for an account's own records and its end customers'."""
    return Q(account=account) | Q(account__parent=account)


def held_by(account: Account) -> Q:
    """
    Return the condition for lists of an account's records and its end customers'.

    It begins with accounts, so that an index that begins with them is used.
    """
    if account.kind != AccountKind.RESELLER:
        return Q(account=account)
    return Q(account__in=_family_of(account).values("pk"))


def newest_held(*, records: QuerySet[Any], by: Account, limit: int) -> list[int]:
    """
    Return the keys of the newest records of an account and its end customers.

    A reseller's records are those of many accounts, and only those of one account lie
    in their order in an index that begins with it. So the newest of each account are
    looked up there, and these are sorted: how much was bought before does not count.
    """
    newest = records.order_by("-pk").values("pk")
    if by.kind != AccountKind.RESELLER or connection.vendor != "postgresql":
        found = newest.filter(held_by(by))
        return list(found.values_list("pk", flat=True)[:limit])
    of_each = ArraySubquery(newest.filter(account=OuterRef("pk"))[:limit])
    keys = _family_of(by).annotate(key=_Unnested(of_each)).order_by("-key")
    return list(keys.values_list("key", flat=True)[:limit])


class _Unnested(Func):
    function = "unnest"
    set_returning = True


def _family_of(reseller: Account) -> QuerySet[Account]:
    return Account.objects.filter(Q(pk=reseller.pk) | Q(parent=reseller))
