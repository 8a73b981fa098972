"""Who is asked about what at an account, and who is asked first."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.contact_roles import CONTACT_ROLES
from purveyor.domain.accounts.models import Account, Contact
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import keep, log


class TwoMainContacts(Refused):
    """Of those who have a role at an account, one is asked first."""

    code = "accounts.two_main_contacts"


def check_mains(contacts: Iterable[Contact]) -> None:
    """
    Check that of contacts which are saved together one is asked first in each role.

    :raises TwoMainContacts: if there are two.
    """
    together = list(contacts)
    for role in CONTACT_ROLES:
        mains = [contact for contact in together if contact.is_main(role)]
        if len(mains) > 1:
            message = _(
                "%(one)s and %(other)s cannot both be the main contact for the same "
                "matters. Choose one of them."
            )
            names = {"one": mains[0].full_name, "other": mains[1].full_name}
            raise TwoMainContacts(message % names)


@transaction.atomic
def put_contact(
    *, contact: Contact, changed: Collection[str], actor: str, now: datetime
) -> None:
    """Save a contact; whoever was asked first until now is asked after them."""
    for role in CONTACT_ROLES:
        if contact.is_main(role):
            _stand_aside(contact, role, actor=actor, now=now)
    keep(contact, changed=changed, actor=actor, at=now)


def contact_for(*, account: Account, role: str) -> Contact | None:
    """Return who is asked first about something; the oldest contact if none is main."""
    asked = Contact.objects.filter(account=account, **{f"is_{role}_contact": True})
    return asked.order_by(f"-is_main_{role}_contact", "id").first()


def _stand_aside(contact: Contact, role: str, *, actor: str, now: datetime) -> None:
    column = f"is_main_{role}_contact"
    mains = Contact.objects.filter(account=contact.account, **{column: True})
    for other in mains.exclude(pk=contact.pk):
        other.stand_for(role, is_main=False)
        other.save(update_fields=[column])
        log(other, "edit", actor=actor, at=now, fields=[column])
