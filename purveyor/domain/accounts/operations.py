"""What is done with accounts and people."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.utils.translation import gettext as _
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as WrongNumber

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
from purveyor.domain.accounts.signing_in import end_sessions, set_password
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import (
    changes_of,
    check,
    drop,
    keep,
    log,
)

GREECE = {"GR": "EL"}  # tax numbers of Greece begin with EL


class WrongTaxNumber(Refused):
    """The tax number does not fit the rules of its country."""

    code = "accounts.wrong_tax_number"


class WrongReseller(Refused):
    """Only an end customer has a reseller, and that must be one."""

    code = "accounts.wrong_reseller"


class WrongBillTo(Refused):
    """An account is billed itself, or its reseller is; in the account's currency."""

    code = "accounts.wrong_bill_to"


def checked_tax_number(*, number: str, country: str) -> str:
    """
    Return a tax number as its country writes it, without spaces.

    Shape:  a country without a known rule takes any number.
    Errors: `WrongTaxNumber`, with the reason.
    Source: python-stdnum, which holds the rules of each country.
    """
    rule = get_cc_module(country.lower(), "vat") if country else None
    if not number or rule is None:
        return number.strip()
    prefix = GREECE.get(country, country)
    try:
        bare = rule.validate(number)
    except WrongNumber as error:
        message = _(
            "%(number)s is not a valid tax number of %(country)s: %(reason)s "
            "Correct it, or leave it empty."
        ) % {"number": number, "country": country, "reason": str(error)}
        raise WrongTaxNumber(message, country=country) from error
    return bare if bare.startswith(prefix) else prefix + bare


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
    _check_account(account, country=country)
    changes = changes_of(account, changed)
    account.save(update_fields=[*changed, "tax_number"])
    log(account, "edit", actor=actor, at=now, changes=changes)


def put_details(
    *,
    kept: Iterable[Address | Contact],
    dropped: Iterable[Address | Contact],
    actor: str,
    now: datetime,
) -> None:
    """Save and delete addresses and contacts of an account."""
    for record in dropped:
        drop(record, actor=actor, at=now)
    for record in kept:
        keep(record, changed=(), actor=actor, at=now)


def _check_account(account: Account, *, country: str) -> None:
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
    account.tax_number = checked_tax_number(number=account.tax_number, country=country)
    check(account)


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
