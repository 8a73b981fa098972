"""What is done with accounts and people."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.contacts import check_mains, put_contact
from purveyor.domain.accounts.models import (
    ACCOUNT_NUMBERS,
    Account,
    AccountKind,
    Address,
    Contact,
    Organization,
    PaymentMethod,
    User,
)
from purveyor.domain.accounts.names import name_key
from purveyor.domain.accounts.signing_in import end_sessions, set_password
from purveyor.domain.accounts.tax_numbers import read_tax_number
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import (
    changes_of,
    check,
    drop,
    keep,
    log,
)


class IsMerged(Refused):
    """The account was merged into another and is closed."""

    code = "accounts.is_merged"


class WrongReseller(Refused):
    """Only an end customer has a reseller, and that must be one."""

    code = "accounts.wrong_reseller"


class WrongBillTo(Refused):
    """An account is billed itself, or its reseller is; in the account's currency."""

    code = "accounts.wrong_bill_to"


class WouldLockOut(Refused):
    """Nobody switches off the sign-in they are using."""

    code = "accounts.would_lock_out"


class RoleIsFixed(Refused):
    """A role that comes with the product, or that somebody has, stays."""

    code = "accounts.role_is_fixed"


@transaction.atomic
def create_account(
    *, account: Account, country: str = "", actor: str, now: datetime
) -> None:
    """
    Create an account from a record that is filled in but not saved.

    :raises WrongReseller: if kind and reseller do not fit.
    :raises WrongBillTo: if it would be billed to a stranger.
    :raises WrongTaxNumber: if the number breaks the rules of the country.
    """
    _check_account(account, country=country)
    account.created_at = now
    (account.number,) = ACCOUNT_NUMBERS.take()
    account.save(force_insert=True)
    log(account, "create", actor=actor, at=now)


@transaction.atomic
def open_account(
    *,
    facts: Mapping[str, Any],
    address: Mapping[str, Any],
    people: Iterable[Mapping[str, Any]],
    actor: str,
    now: datetime,
) -> Account:
    """
    Create an account with its billing address and its contacts, from plain values.

    Shape:  the keys are the fields of an account, an address and a contact.
    :raises Refused: for all that `create_account` refuses.
    """
    account = Account(**facts)
    create_account(account=account, country=address["country"], actor=actor, now=now)
    contacts = [Contact(account=account, **person) for person in people]
    put_details(
        kept=[Address(account=account, **address), *contacts],
        dropped=(),
        actor=actor,
        now=now,
    )
    return account


@transaction.atomic
def edit_account(
    *,
    account: Account,
    changed: Collection[str],
    country: str = "",
    actor: str,
    now: datetime,
) -> None:
    """
    Save what was changed of an account.

    :raises WrongReseller: if kind and reseller do not fit.
    :raises WrongBillTo: if it would be billed to a stranger.
    :raises WrongTaxNumber: if the number breaks the rules of the country.
    """
    hold_accounts(account)
    _check_account(account, country=country)
    changes = changes_of(account, changed)
    account.save(update_fields=[*changed, "tax_number", "name_key"])
    log(account, "edit", actor=actor, at=now, changes=changes)


@transaction.atomic
def put_details(
    *,
    kept: Iterable[Address | Contact],
    dropped: Iterable[Address | Contact],
    actor: str,
    now: datetime,
) -> None:
    """
    Save and delete addresses and contacts of an account.

    :raises TwoMainContacts: if two of those that are saved are to be asked first.
    """
    kept = list(kept)
    check_mains(record for record in kept if isinstance(record, Contact))
    for record in dropped:
        drop(record, actor=actor, at=now)
    for record in kept:
        if isinstance(record, Contact):
            put_contact(contact=record, changed=(), actor=actor, now=now)
        else:
            keep(record, changed=(), actor=actor, at=now)


def _check_account(account: Account, *, country: str) -> None:
    check_is_open(account)
    is_end_customer = account.kind == AccountKind.END_CUSTOMER
    reseller = account.parent
    if is_end_customer and (reseller is None or reseller.kind != AccountKind.RESELLER):
        raise WrongReseller(_("Choose the reseller of this end customer."))
    if not is_end_customer and reseller is not None:
        raise WrongReseller(
            _("Only an end customer has a reseller. Clear it, or change the kind.")
        )
    if account.kind != AccountKind.RESELLER and _has_end_customers(account):
        message = _("%(account)s has end customers and must remain a reseller.")
        raise WrongReseller(message % {"account": account.name})
    _check_bill_to(account)
    if account.kind == AccountKind.RESELLER:
        account.is_reselling_enabled = True
    read = read_tax_number(number=account.tax_number, country=country)
    account.tax_number, account.name_key = read.number, name_key(account.name)
    check(account)


@transaction.atomic
def close_as_merged(*, account: Account, into: Account, now: datetime) -> None:
    """
    Close an account that is being merged into another; its journal line is the merge's.

    :raises IsMerged: if that has happened already.
    """
    check_is_open(account)
    account.merged_into, account.merged_at = into, now
    account.is_ordering_enabled = False
    account.save(update_fields=["merged_into", "merged_at", "is_ordering_enabled"])


def check_is_open(account: Account) -> None:
    """
    Check that an account was not merged into another.

    :raises IsMerged: with the account that was kept.
    """
    if account.merged_into is not None:
        message = _("%(account)s was merged into %(kept)s. Work with that one.")
        names = {"account": account.number, "kept": account.merged_into.number}
        raise IsMerged(message % names)


def hold_accounts(*accounts: Account) -> None:
    """
    Keep accounts as they are for the running transaction: a merge of one must wait.

    Whoever writes a record that belongs to an account calls it first, so that nothing
    is left behind on an account that is just being merged.

    :raises IsMerged: if one was merged meanwhile.
    """
    wanted = sorted({account.pk for account in accounts})
    held = Account.objects.select_for_update(no_key=True, of=("self",))
    for account in held.filter(pk__in=wanted).order_by("pk"):
        check_is_open(account)


def _has_end_customers(account: Account) -> bool:
    return account.pk is not None and account.end_customers.exists()


def _check_bill_to(account: Account) -> None:
    payer = account.bill_to
    if payer is None or payer == account:
        return
    if payer != account.parent:
        message = _("An account is billed itself, or its reseller is. Choose one.")
        raise WrongBillTo(message)


def fill_in_organization(
    *, facts: Mapping[str, Any], actor: str, now: datetime
) -> Organization:
    """Fill in the distributor's own profile for the first time, from plain values."""
    profile = Organization(id=1, **facts)
    keep(profile, changed=facts, actor=actor, at=now)
    return profile


def create_payment_method(
    *, name: str, payment_days: int, actor: str, now: datetime
) -> PaymentMethod:
    """Create a way to pay, with the days after which an invoice is due."""
    method = PaymentMethod(name=name, payment_days=payment_days)
    keep(method, changed=(), actor=actor, at=now)
    return method


@transaction.atomic
def establish_roles(*, roles: Mapping[str, Iterable[str]]) -> None:
    """
    Make the roles and give each its permissions, written as `orders.execute_order`.

    :raises Refused: if a permission does not exist: the table and the code disagree.
    """
    known = {
        f"{p.content_type.app_label}.{p.codename}": p
        for p in Permission.objects.select_related("content_type")
    }
    for role, names in roles.items():
        wanted = list(names)
        unknown = sorted(set(wanted) - set(known))
        if unknown:
            message = f"Role {role} names permissions that do not exist: {unknown}."
            raise Refused(message, role=role)
        group, _made = Group.objects.get_or_create(name=role)
        group.permissions.set([known[name] for name in wanted])


@transaction.atomic
def create_staff(
    *, email: str, name: str, password: str | None, roles: Collection[str], actor: str
) -> User:
    """
    Create a person of the distributor's staff, in the roles that are named.

    Without a password they cannot sign in until they have set one by a link.

    :raises Refused: if there is no such role.
    """
    groups = list(Group.objects.filter(name__in=roles))
    unknown = set(roles) - {group.name for group in groups}
    if unknown:
        raise Refused(_("There is no role %(role)s.") % {"role": min(unknown)})
    user = User.objects.create_user(email, password, name=name, is_staff=True)
    user.groups.set(groups)
    log(user, "create", actor=actor, at=user.joined_at, roles=sorted(roles))
    return user


@transaction.atomic
def edit_staff(
    *,
    user: User,
    is_active: bool,
    roles: Collection[str],
    password: str = "",
    actor: str,
    now: datetime,
) -> None:
    """
    Save a person of the staff, whose name is filled in; without a password it stays.

    Who gets another password, or is switched off, is signed out everywhere.

    :raises WouldLockOut: if people would shut themselves out.
    """
    if user.email == actor and not is_active:
        raise WouldLockOut(_("You cannot switch yourself off. Ask a colleague."))
    user.is_active = is_active
    user.save(update_fields=["name", "is_active"])
    if password:
        set_password(user=user, password=password, actor=actor, now=now)
    elif not is_active:
        end_sessions(user=user, actor=actor, now=now)
    user.groups.set(Group.objects.filter(name__in=roles))
    log(user, "edit", actor=actor, at=now, roles=sorted(roles), is_active=is_active)


@transaction.atomic
def put_role(
    *, role: Group, permissions: Iterable[Permission], actor: str, now: datetime
) -> None:
    """
    Save a role of the distributor's own, with its permissions.

    :raises RoleIsFixed: if the role comes with the product.
    """
    _check_role_is_own(role)
    before = [] if role.pk is None else sorted(_codenames(role))
    keep(role, changed=("permissions",), actor=actor, at=now)
    role.permissions.set(permissions)
    after = sorted(_codenames(role))
    gained, lost = set(after) - set(before), set(before) - set(after)
    log(role, "edit", actor=actor, at=now, gained=sorted(gained), lost=sorted(lost))


@transaction.atomic
def drop_role(*, role: Group, actor: str, now: datetime) -> None:
    """
    Delete a role of the distributor's own that nobody has.

    :raises RoleIsFixed: if the role comes with the product, or somebody has it.
    """
    _check_role_is_own(role)
    if role.user_set.exists():
        message = _("Somebody has the role %(role)s. Take it from them first.")
        raise RoleIsFixed(message % {"role": role.name})
    drop(role, actor=actor, at=now)


def _check_role_is_own(role: Group) -> None:
    if role.name in settings.PURVEYOR_ROLES:
        message = _(
            "%(role)s comes with the product and stays as it is. "
            "Make a role of your own."
        )
        raise RoleIsFixed(message % {"role": role.name})


def _codenames(role: Group) -> list[str]:
    return list(role.permissions.values_list("codename", flat=True))
