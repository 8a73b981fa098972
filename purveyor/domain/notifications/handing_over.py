"""Send the welcome mail of an asset once more, to a contact that its owner chooses."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, When
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account, Contact
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.letter import Unsendable, why_unsendable
from purveyor.domain.notifications.models import Message
from purveyor.domain.notifications.operations import AGAIN, send_again
from purveyor.domain.notifications.rules import welcome
from purveyor.domain.notifications.values import load_asset
from purveyor.domain.notifications.writing import columns_of_coupon
from purveyor.kernel.errors import NotFound, Refused
from purveyor.kernel.journal.operations import log
from purveyor.kernel.work.tasks import wake

CONTACTS_MAX = 100
MAILS_MAX = 5
SPAN = timedelta(hours=24)


class TooManyMails(Refused):
    """A mail that holds a coupon code is not sent without end."""

    code = "notifications.too_many_mails"


def contacts_for(*, asset: Asset, seen_by: Account) -> tuple[Contact, ...]:
    """Return whom a viewer may choose: the owner's contacts first, then its own."""
    people = Contact.objects.filter(account__in={asset.account_id, seen_by.pk})
    is_own = Case(When(account=asset.account_id, then=0), default=1)
    by_name = people.order_by(is_own, "first_name", "last_name", "id")
    return tuple(by_name[:CONTACTS_MAX])


@transaction.atomic
def hand_over(
    *, asset: Asset, contact_id: int, seen_by: Account, actor: str, now: datetime
) -> str:
    """
    Write the welcome mail of an asset once more and return to whom; a worker sends it.

    :raises NotFound: if the contact is none of those that may be chosen.
    :raises TooManyMails: if it was sent again several times within a day.
    :raises Unsendable: if there is no coupon, or the mail is switched off.
    :raises StillOnItsWay: if such a mail has not left yet.
    """
    Asset.objects.select_for_update().get(pk=asset.pk)
    people = {each.pk: each for each in contacts_for(asset=asset, seen_by=seen_by)}
    contact = people.get(contact_id)
    if contact is None:
        raise NotFound(_("There is no such contact."))
    written = Message.objects.filter(asset=asset, notification=welcome())
    repeats = written.filter(occasion__startswith=AGAIN, created_at__gt=now - SPAN)
    if repeats.count() >= MAILS_MAX:
        words = _("It was sent %(count)d times within a day. Try again tomorrow.")
        raise TooManyMails(words % {"count": MAILS_MAX})
    last = written.filter(coupon_hash=asset.coupon_hash).order_by("-pk").first()
    if last is None:
        _write_first(asset, contact.email, actor=actor, now=now)
    else:
        send_again(
            message=last,
            because="Storefront",
            recipient=contact.email,
            actor=actor,
            now=now,
        )
    return contact.email


def _write_first(asset: Asset, email: str, *, actor: str, now: datetime) -> None:
    """Write a mail for a coupon of which nobody was told, as for one from an import."""
    notification, loaded = welcome(), load_asset(asset.pk)
    reason = why_unsendable(loaded, notification=notification, now=now)
    if not notification.is_enabled:
        reason = _("The notification is switched off.")
    if reason:
        raise Unsendable(reason)
    columns = columns_of_coupon(notification, loaded, recipient=email, now=now)
    same = {
        "notification": notification,
        "asset": loaded,
        "coupon_hash": loaded.coupon_hash,
        "occasion": f"{AGAIN}1",
    }
    Message.objects.create(**(columns | same))
    log(loaded, "write_welcome", actor=actor, at=now, recipient=email)
    wake()
