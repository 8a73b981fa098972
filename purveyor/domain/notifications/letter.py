"""Write the letter of a message: opened coupon, filled-in texts, sender."""

from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address

from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Organization
from purveyor.domain.assets.expiry import is_waiting
from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.mail import Letter
from purveyor.domain.notifications.models import Message, Notification
from purveyor.domain.notifications.placeholders import COUPON
from purveyor.domain.notifications.rendering import Texts
from purveyor.domain.notifications.server import sender_set
from purveyor.domain.notifications.sources import news_of_delivery
from purveyor.domain.notifications.values import find_organization, load_asset
from purveyor.domain.notifications.writing import filled, template_of
from purveyor.kernel.errors import Refused
from purveyor.kernel.sealed import Secret, fingerprints


class NoSender(Refused):
    """The distributor's profile does not say from whom mails come."""

    code = "notifications.no_sender"


class Unsendable(Refused):
    """There is nothing to send any more, or nobody to send it to."""

    code = "notifications.unsendable"


def write_letter(message: Message, *, now: datetime) -> Letter:
    """
    Return the letter of a message.

    A coupon is opened in memory; only the welcome mail has it in clear, a reminder
    shows its end. What holds no coupon is sent as it was written.

    :raises Unsendable: if it can never be sent; another `Refused` if not yet.
    """
    if not message.coupon_hash:
        written = Texts(message.subject, message.masked_text, message.masked_html)
        return _letter(message, masked=written, clear=written, coupon=Secret(""))
    assert message.asset_id is not None  # a constraint holds it
    asset = load_asset(message.asset_id)
    coupon = _open_coupon(asset, message, now=now)
    notification, to = message.notification, message.recipient
    template = template_of(notification, message.language)
    news = news_of_delivery(asset, now=now)
    opened = {COUPON: coupon.reveal()} if notification.shows_code else {}
    return _letter(
        message,
        masked=filled(template, news, recipient=to),
        clear=filled(template, news, recipient=to, opened=opened),
        coupon=coupon,
    )


def _letter(message: Message, *, masked: Texts, clear: Texts, coupon: Secret) -> Letter:
    return Letter(
        message_id=message.message_id,
        sender=sender_of(find_organization(), wanted=message.notification.sender),
        recipient=message.recipient,
        copy_to=tuple(message.copy_to),
        hidden_copy_to=tuple(message.hidden_copy_to),
        masked=masked,
        clear=clear,
        coupon=coupon,
    )


def why_unsendable(asset: Asset, *, notification: Notification, now: datetime) -> str:
    """Return why this may not be sent about an asset, or nothing if it may."""
    if not asset.has_coupon:
        return _("The asset has no coupon.")
    if asset.state == AssetState.CANCELLED:
        return _("The asset is cancelled.")
    if notification.is_reminder and not is_waiting(asset, now=now):
        return _("The coupon does not wait to be redeemed any more.")
    return ""


def _open_coupon(asset: Asset, message: Message, *, now: datetime) -> Secret:
    if reason := why_unsendable(asset, notification=message.notification, now=now):
        raise Unsendable(reason)
    if not message.recipient:
        words = _("The order names nobody who gets the mail. Send it to an address.")
        raise Unsendable(words)
    coupon = asset.coupon_code
    if message.coupon_hash not in fingerprints(coupon.reveal()):
        raise Unsendable(_("The asset has another coupon by now."))
    return coupon


def sender_of(organization: Organization | None, *, wanted: str = "") -> str:
    """
    Return from whom a mail is, for its header: the address that is wanted, else the
    one set with the mail server, else the distributor's own.

    :raises NoSender: if the organization's profile has no e-mail.
    """
    words = _(
        "Mails have no sender yet: fill in name and e-mail under "
        "Setup > Organization profile."
    )
    if organization is None or not organization.email:
        raise NoSender(words)
    name = " ".join(organization.name.split())
    address = wanted or sender_set() or organization.email
    try:
        return str(Address(display_name=name, addr_spec=address))
    except (MessageError, ValueError, IndexError) as error:
        raise NoSender(words) from error
