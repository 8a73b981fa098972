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
from purveyor.domain.notifications.models import Message, Template
from purveyor.domain.notifications.reminder import REMINDER
from purveyor.domain.notifications.rendering import COUPON, Texts, fill_in_all
from purveyor.domain.notifications.values import (
    find_organization,
    load_asset,
    values_of,
)
from purveyor.domain.notifications.welcome import WELCOME
from purveyor.kernel.errors import Refused
from purveyor.kernel.sealed import Secret, fingerprints


class NoSender(Refused):
    """The distributor's profile does not say from whom mails come."""

    code = "notifications.no_sender"


class Unsendable(Refused):
    """There is nothing to send any more, or nobody to send it to."""

    code = "notifications.unsendable"


def texts_of(template: Template) -> Texts:
    """Return the texts of a template, with their placeholders."""
    return Texts(template.subject, template.text, template.html)


def shows_code(template: Template) -> bool:
    """Return whether a notification brings the coupon code: the welcome mail does."""
    return template.name == WELCOME


def write_letter(message: Message, *, now: datetime) -> Letter:
    """
    Return the letter of a message, with the coupon code opened in memory.

    Only the welcome mail has it in clear; a reminder shows its end.

    :raises Unsendable: if it can never be sent; another `Refused` if not yet.
    """
    asset = load_asset(message.asset_id)
    coupon = _open_coupon(asset, message, now=now)
    sender = sender_of(find_organization())
    texts = texts_of(message.template)
    values = values_of(asset, recipient=message.recipient, now=now)
    opened = {COUPON: coupon.reveal()} if shows_code(message.template) else {}
    return Letter(
        message_id=message.message_id,
        sender=sender,
        recipient=message.recipient,
        copy_to=message.copy_to,
        masked=fill_in_all(texts, values),
        clear=fill_in_all(texts, values | opened),
        coupon=coupon,
    )


def why_unsendable(asset: Asset, *, template: Template, now: datetime) -> str:
    """Return why this may not be sent about an asset, or nothing if it may."""
    if not asset.has_coupon:
        return _("The asset has no coupon.")
    if asset.state == AssetState.CANCELLED:
        return _("The asset is cancelled.")
    if template.name == REMINDER and not is_waiting(asset, now=now):
        return _("The coupon does not wait to be redeemed any more.")
    return ""


def _open_coupon(asset: Asset, message: Message, *, now: datetime) -> Secret:
    if reason := why_unsendable(asset, template=message.template, now=now):
        raise Unsendable(reason)
    if not message.recipient:
        words = _("The order names nobody who gets the mail. Send it to an address.")
        raise Unsendable(words)
    coupon = asset.coupon_code
    if message.coupon_hash not in fingerprints(coupon.reveal()):
        raise Unsendable(_("The asset has another coupon by now."))
    return coupon


def sender_of(organization: Organization | None) -> str:
    """
    Return from whom mails are, for a mail's header.

    :raises NoSender: if the organization's profile has no e-mail.
    """
    words = _(
        "Mails have no sender yet: fill in name and e-mail under "
        "Setup > Organization profile."
    )
    if organization is None or not organization.email:
        raise NoSender(words)
    name = " ".join(organization.name.split())
    try:
        return str(Address(display_name=name, addr_spec=organization.email))
    except (MessageError, ValueError, IndexError) as error:
        raise NoSender(words) from error
