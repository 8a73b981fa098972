"""Who gets a mail: fixed addresses, and roles that lead to addresses."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from purveyor.domain.accounts.models import Account, Contact, User
from purveyor.domain.notifications.events import ASSET, INVOICE, LINK, ORDER, RUN
from purveyor.domain.notifications.news import News
from purveyor.domain.notifications.values import find_organization
from purveyor.kernel.errors import Refused

STAFF = "STAFF:"  # and the name of a role of ours: everybody who has it
RECIPIENTS_MAX = 20
CONTACTS_MAX = 10


class BadAddress(Refused):
    """What was given is no e-mail address, or nobody who can get this mail."""

    code = "notifications.bad_address"


class Role(TextChoices):
    """A part that somebody plays, whoever it is."""

    ORDER_RECIPIENT = "ORDER_RECIPIENT", gettext_lazy("Recipient of the order")
    ORDER_CONTACTS = "ORDER_CONTACTS", gettext_lazy("Order contacts")
    BILLING_CONTACTS = "BILLING_CONTACTS", gettext_lazy("Billing contacts")
    TECHNICAL_CONTACTS = "TECHNICAL_CONTACTS", gettext_lazy("Technical contacts")
    ACCOUNT = "ACCOUNT", gettext_lazy("The account's e-mail")
    RESELLER = "RESELLER", gettext_lazy("The e-mail of the account's reseller")
    BUYER = "BUYER", gettext_lazy("Who ordered; the order contacts if staff did")
    SALESPERSON = "SALESPERSON", gettext_lazy("Who created the order")
    ORGANIZATION = "ORGANIZATION", gettext_lazy("Our own e-mail")
    MAILBOX = "MAILBOX", gettext_lazy("The mailbox set for the reconciliation")


R = Role
OUR_OWN = frozenset({R.SALESPERSON, R.ORGANIZATION, R.MAILBOX})
OF_ACCOUNT = (
    R.ORDER_CONTACTS,
    R.BILLING_CONTACTS,
    R.TECHNICAL_CONTACTS,
    R.ACCOUNT,
    R.RESELLER,
)
#: Who can be found for each kind of record.
ROLES: dict[str, tuple[Role, ...]] = {
    ORDER: (
        R.BUYER,
        R.ORDER_RECIPIENT,
        *OF_ACCOUNT,
        R.SALESPERSON,
        R.ORGANIZATION,
    ),
    ASSET: (R.ORDER_RECIPIENT, *OF_ACCOUNT, R.SALESPERSON, R.ORGANIZATION),
    LINK: (*OF_ACCOUNT, R.ORGANIZATION),
    INVOICE: (*OF_ACCOUNT, R.ORGANIZATION),
    RUN: (R.MAILBOX, R.ORGANIZATION),
}


def roles_for(record: str, *, is_internal: bool) -> tuple[Role, ...]:
    """Return the roles that can be chosen; internal mails go to our own people."""
    return tuple(role for role in ROLES[record] if not is_internal or role in OUR_OWN)


def is_address(word: str) -> bool:
    """Return whether a recipient is written as an address, not as a role."""
    return "@" in word


def checked_address(address: str) -> str:
    """
    Return an address without blanks around it.

    :raises BadAddress: if it is none.
    """
    address = address.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        words = _("“%s” is no e-mail address. Correct it.") % address[:80]
        if not address:
            words = _("There is no address to send the mail to. Give one.")
        raise BadAddress(words) from error
    return address


def checked_recipients(
    words: Iterable[str], *, record: str, is_internal: bool, field: str
) -> list[str]:
    """
    Return recipients as they are kept: roles first, each once.

    :raises BadAddress: if one is neither an address nor a role that can be found; it
        says at which `field`.
    """
    wanted = list(dict.fromkeys(word.strip() for word in words if word.strip()))
    if len(wanted) > RECIPIENTS_MAX:
        told = _("%(count)d recipients are too many; at most %(most)d can be kept.")
        facts = {"count": len(wanted), "most": RECIPIENTS_MAX}
        raise BadAddress(told % facts, field=field)
    allowed = set(roles_for(record, is_internal=is_internal))
    roles = [word for word in wanted if not is_address(word)]
    for word in roles:
        if word not in allowed and not word.startswith(STAFF):
            raise BadAddress(_no_recipient(word), field=field)
    try:
        addresses = [checked_address(word) for word in wanted if is_address(word)]
    except BadAddress as refusal:
        raise BadAddress(refusal.message, field=field) from refusal
    return roles + addresses


def _no_recipient(word: str) -> str:
    if word in Role.values:
        words = _("“%s” cannot be found for this event, or gets no internal mails.")
        return words % Role(word).label
    return _("“%s” is no e-mail address. Correct it.") % word[:80]


def told_recipients(words: Iterable[str]) -> str:
    """Return recipients as people read them."""
    return ", ".join(_told(word) for word in words)


def _told(word: str) -> str:
    if word.startswith(STAFF):
        return _("Staff in the role %s") % word.removeprefix(STAFF)
    return str(Role(word).label) if word in Role.values else word


def addresses_of(words: Iterable[str], news: News) -> tuple[str, ...]:
    """Return the addresses behind recipients, each once, at most so many."""
    found: dict[str, str] = {}
    for word in words:
        for address in _addresses_behind(word, news):
            found.setdefault(address.lower(), address)
    return tuple(found.values())[:RECIPIENTS_MAX]


def _addresses_behind(word: str, news: News) -> Iterable[str]:
    if is_address(word):
        return (word,)
    if word.startswith(STAFF):
        return _staff(Q(groups__name=word.removeprefix(STAFF)))
    return [address for address in _FINDERS[Role(word)](news) if address]


def _staff(wanted: Q) -> list[str]:
    people = User.objects.filter(wanted, is_staff=True, is_active=True)
    return list(people.order_by("pk").values_list("email", flat=True)[:RECIPIENTS_MAX])


def _contacts(account: Account | None, part: str) -> list[str]:
    """Return the contacts of an account with a part; its own e-mail if none has it."""
    if account is None:
        return []
    wanted: dict[str, Any] = {"account": account, part: True}
    found = Contact.objects.filter(**wanted).order_by("pk")
    return list(found.values_list("email", flat=True)[:CONTACTS_MAX]) or [account.email]


def _recipient(news: News) -> list[str]:
    return [news.order.recipient_email] if news.order else []


def _buyer(news: News) -> list[str]:
    """Return who ordered in the Storefront; what staff keyed in has contacts."""
    if news.order is None:
        return []
    people = User.objects.filter(
        email=news.order.created_by, is_staff=False, is_active=True
    )
    found = list(people.values_list("email", flat=True)[:1])
    return found or _contacts(news.account, "is_order_contact")


def _salesperson(news: News) -> list[str]:
    return _staff(Q(email=news.order.created_by)) if news.order else []


def _reseller(news: News) -> list[str]:
    parent = news.account.parent if news.account else None
    return [parent.email] if parent else []


def _organization(_news: News) -> list[str]:
    organization = find_organization()
    return [organization.email] if organization else []


_FINDERS: dict[Role, Callable[[News], list[str]]] = {
    R.BUYER: _buyer,
    R.ORDER_RECIPIENT: _recipient,
    R.ORDER_CONTACTS: lambda news: _contacts(news.account, "is_order_contact"),
    R.BILLING_CONTACTS: lambda news: _contacts(
        news.bill_to or news.account, "is_billing_contact"
    ),
    R.TECHNICAL_CONTACTS: lambda news: _contacts(news.account, "is_technical_contact"),
    R.ACCOUNT: lambda news: [news.account.email] if news.account else [],
    R.RESELLER: _reseller,
    R.SALESPERSON: _salesperson,
    R.ORGANIZATION: _organization,
    R.MAILBOX: lambda news: [news.mailbox],
}
