"""The demo's Storefront: how it looks, what is on its shelves, and who signs in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from purveyor.domain.accounts.membership import add_member
from purveyor.domain.accounts.queries import get_account
from purveyor.domain.catalogue.operations import put_on_shelf
from purveyor.faces.console.demo.company import BUNDLE, MAILBOX, SIGN_IN

LOOKS = {
    "shop_color": "#0f6e84",
    "shop_welcome": "Migration licenses from BitTitan, delivered in seconds.",
    "support_email": "help@meridian.example",
    "terms": (
        "Meridian sells licenses to companies, not to consumers.\n\n"
        "A coupon code can be cancelled as long as nobody has redeemed it. Once it is "
        "redeemed it is used, and has to be paid.\n\n"
        "Invoices are due within the days that stand on them."
    ),
}
SHELVES = (
    ("Mailboxes", "mailboxes", "One license moves one mailbox.", (MAILBOX,)),
    ("Whole users", "whole-users", "One license moves all of a user.", (BUNDLE,)),
)


@dataclass(frozen=True, slots=True)
class Shopper:
    """Somebody who buys in the demo: for which company, and in which role."""

    company: str
    does: str
    email: str
    name: str
    role: str


SHOPPERS = (
    Shopper(
        "northgate",
        "Reseller",
        "winkler@northgate.example",
        "Lea Winkler",
        "ADMIN",
    ),
    Shopper(
        "brandt",
        "Its end customer",
        "brandt@brandt.example",
        "Karin Brandt",
        "BUYER",
    ),
    Shopper(
        "vandermeer",
        "Direct customer",
        "vandermeer@vandermeer.example",
        "Mieke Vandermeer",
        "ADMIN",
    ),
)


def fill_shelves(*, actor: str, now: datetime) -> None:
    """Put the demo's products on their shelves."""
    for position, (name, slug, description, codes) in enumerate(SHELVES, start=1):
        facts = {"name": name, "description": description, "position": position}
        put_on_shelf(slug=slug, facts=facts, codes=codes, actor=actor, now=now)


def let_in(numbers: Mapping[str, str], *, actor: str, now: datetime) -> None:
    """Let the people who buy in the demo sign in; `numbers` are accounts by key."""
    for shopper in SHOPPERS:
        add_member(
            account=get_account(number=numbers[shopper.company]),
            email=shopper.email,
            name=shopper.name,
            role=shopper.role,
            password=SIGN_IN,
            actor=actor,
            now=now,
        )
