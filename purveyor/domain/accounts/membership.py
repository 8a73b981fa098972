"""Who may act for an account in the Storefront, and what each role may do there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import (
    Account,
    AccountKind,
    Member,
    MemberRole,
    User,
)
from purveyor.domain.accounts.queries import is_billed_itself
from purveyor.kernel.errors import NotFound, Refused
from purveyor.kernel.journal.operations import check, log

MEMBERSHIPS_MAX = 100
RECEIVERS_MAX = 500

LOOK = (
    *("catalogue.view", "orders.view", "assets.view"),
    *("customers.view", "invoices.view"),
)
BILL = ("orders.po_code",)
BUY = (
    *BILL,
    "basket.change",
    "orders.place",
    "orders.cancel",
    "orders.approve",
    "customers.add",
    "customers.change",
    "assets.change",
    "assets.reveal",
)

#: What only an account can do that has end customers of its own.
OF_RESELLERS = frozenset(
    ("customers.view", "customers.add", "customers.change", "orders.approve")
)
#: What concerns only an account that is billed itself.
OF_PAYERS = frozenset(("invoices.view",))

#: What each role may do in the Storefront.
ALLOWED: dict[str, frozenset[str]] = {
    MemberRole.ADMIN: frozenset((*LOOK, *BUY, "people.manage")),
    MemberRole.BUYER: frozenset((*LOOK, *BUY)),
    MemberRole.BILLING_AGENT: frozenset((*LOOK, *BILL)),
    MemberRole.READ_ONLY: frozenset(LOOK),
}


class MemberAlready(Refused):
    """A person has one role in an account."""

    code = "accounts.member_already"


@dataclass(frozen=True, slots=True)
class Membership:
    """For which account a person acts, and in which role."""

    user: User
    account: Account
    role: MemberRole

    def may(self, permission: str) -> bool:
        """Return whether the role allows something that the account can do at all."""
        if permission in OF_RESELLERS and not self.is_reseller:
            return False
        if permission in OF_PAYERS and not self.sees_prices:
            return False
        return permission in ALLOWED[self.role]

    @property
    def is_reseller(self) -> bool:
        """Whether the account buys for end customers, too."""
        is_one = self.account.kind == AccountKind.RESELLER
        return is_one and self.account.is_reselling_enabled

    @property
    def sees_prices(self) -> bool:
        """Whether what the account buys is billed to itself."""
        return is_billed_itself(self.account)


@dataclass(frozen=True, slots=True)
class Receiver:
    """An account for which a member may buy, as it is chosen by name."""

    number: str
    name: str


def memberships_of(user: User) -> tuple[Membership, ...]:
    """Return for which accounts a person may act, by their names."""
    members = Member.objects.filter(user=user).select_related("account")
    return tuple(
        Membership(user, each.account, MemberRole(each.role))
        for each in members.order_by("account__name", "id")[:MEMBERSHIPS_MAX]
    )


def receivers_for(member: Membership) -> tuple[Receiver, ...]:
    """Return for whom a member may buy: its account, then its end customers by name."""
    own = Receiver(member.account.number, member.account.name)
    if not member.is_reseller:
        return (own,)
    customers = (
        Account.objects.filter(parent=member.account, is_ordering_enabled=True)
        .order_by("name", "id")
        .values_list("number", "name")
    )
    return (own, *(Receiver(*each) for each in customers[:RECEIVERS_MAX]))


def get_receiver(*, number: str, member: Membership) -> Account:
    """
    Return an account for which a member may buy.

    :raises NotFound: if there is none, or it is somebody else's.
    """
    mine = Q(pk=member.account.pk)
    if member.is_reseller:
        mine |= Q(parent=member.account)
    found = Account.objects.filter(mine, number=number)
    account = found.select_related("bill_to", "parent").first()
    if account is None:
        message = _("There is no account %(number)s.") % {"number": number}
        raise NotFound(message, number=number)
    return account


def may_buy_for(*, receiver: Account, member: Membership) -> bool:
    """Return whether a member may buy for an account now."""
    is_own = receiver.pk == member.account.pk
    return is_own or (member.is_reseller and receiver.parent_id == member.account.pk)


@transaction.atomic
def add_member(
    *,
    account: Account,
    email: str,
    name: str,
    role: str,
    password: str = "",
    actor: str,
    now: datetime,
) -> Membership:
    """
    Let a person act for an account; without a password they cannot sign in yet.

    Somebody who is known already keeps their own name and password.

    :raises MemberAlready: if they act for it already.
    """
    known = User.objects.filter(email=email.strip().lower()).first()
    user = known or User.objects.create_user(email, password or None, name=name)
    member = Member(user=user, account=account, role=role)
    if Member.objects.filter(user=user, account=account).exists():
        message = _("%(person)s acts for %(account)s already.")
        names = {"person": user.get_full_name(), "account": account.name}
        raise MemberAlready(message % names)
    check(member)
    member.save(force_insert=True)
    log(member, "create", actor=actor, at=now, role=role)
    return Membership(user, account, MemberRole(role))


def roles_with(permission: str) -> Collection[str]:
    """Return the roles that allow something."""
    return [role for role, allowed in ALLOWED.items() if permission in allowed]
