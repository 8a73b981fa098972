"""People of accounts who sign in to the Storefront: Mia buys for Northwind."""

from typing import Any

from django.test import Client

from purveyor.domain.accounts.membership import Membership, add_member
from purveyor.domain.accounts.models import Account, MemberRole
from tests.factories.accounts import an_account
from tests.factories.moments import DAN, NOON

PASSWORD = "correct horse battery staple"


def a_member(
    *,
    account: Account | None = None,
    email: str = "mia@north.example",
    role: MemberRole = MemberRole.BUYER,
    password: str = PASSWORD,
) -> Membership:
    """Return a person who acts for an account in the Storefront."""
    return add_member(
        account=account or an_account(),
        email=email,
        name=email.partition("@")[0].capitalize(),
        role=role,
        password=password,
        actor=DAN,
        now=NOON,
    )


def a_visit(member: Membership) -> Client:
    """Return a browser in which a member is signed in."""
    client = Client()
    client.force_login(member.user, "django.contrib.auth.backends.ModelBackend")
    return client


def a_visitor(*, role: MemberRole = MemberRole.BUYER, **fields: Any) -> Client:
    """Return a browser in which somebody new of an account is signed in."""
    return a_visit(a_member(role=role, **fields))
