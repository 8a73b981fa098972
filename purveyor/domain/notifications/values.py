"""What the placeholders of a mail stand for, read from the records."""

from datetime import datetime, timedelta

from django.utils import dateformat
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Contact, Organization
from purveyor.domain.assets.expiry import days_left
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.rendering import COUPON
from purveyor.domain.orders.models import Order
from purveyor.domain.provisioning.registry import portal_url
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.sealed import HIDDEN

DAY = "j F Y"
LINKS = ("https://", "http://")


class BadPortalLink(Refused):
    """What is set as the link to the vendor's portal is no link."""

    code = "notifications.bad_portal_link"


def load_asset(pk: int) -> Asset:
    """Return an asset with every record that a mail about it speaks of."""
    related = ("account", "order_item__order__recipient", "product", "application")
    return Asset.objects.select_related(*related).get(pk=pk)


def find_organization() -> Organization | None:
    """Return the distributor's profile, if it has been filled in."""
    return Organization.objects.first()


def values_of(asset: Asset, *, recipient: str, now: datetime) -> dict[str, str]:
    """
    Return a plain value for every placeholder; the coupon code is masked.

    :raises Refused: if the application has no settings, or a portal that is no link.
    """
    order = asset.order_item.order
    return {
        "account_name": asset.account.name,
        "account_number": asset.account.number,
        "recipient_name": _name_behind(recipient, order),
        "order_number": order.number,
        "po_code": order.po_code,
        "asset_number": asset.number,
        "asset_name": asset.name,
        "product_name": asset.order_item.product_name,
        "licenses": str(asset.quantity),
        COUPON: asset.coupon_mask or HIDDEN,
        "portal_url": _portal_link(asset),
        "redeem_before": _told_day(_redeem_before(asset)),
        "days_left": _days_left(asset, now=now),
        "expire_days": str(asset.expire_days),
        "validity_days": str(asset.validity_days),
        "purchase_date": dateformat.format(asset.purchase_date, DAY),
        **_values_of_organization(find_organization()),
    }


def _values_of_organization(organization: Organization | None) -> dict[str, str]:
    return {
        "organization_name": organization.name if organization else "",
        "organization_email": organization.email if organization else "",
        "organization_phone": organization.phone if organization else "",
    }


def _name_behind(recipient: str, order: Order) -> str:
    """Return who reads mails at an address: it may be a contact of the order."""
    contact = order.recipient
    if contact is None or contact.email.lower() != recipient.lower():
        accounts = (order.account_id, order.bill_to_id)
        known = Contact.objects.filter(account__in=accounts, email__iexact=recipient)
        contact = known.order_by("pk").first()
    return f"{contact.first_name} {contact.last_name}" if contact else ""


def _portal_link(asset: Asset) -> str:
    link = portal_url(asset.application)
    if link and not link.startswith(LINKS):
        words = _(
            "The portal link of %(name)s must begin with https://. "
            "Correct it under Setup > Applications."
        )
        raise BadPortalLink(words % {"name": asset.application.name})
    return link


def _redeem_before(asset: Asset) -> datetime | None:
    """Return the vendor's own expiry, else what follows from its making."""
    if asset.expires_at is None and asset.made_at is not None:
        return asset.made_at + timedelta(days=asset.expire_days)
    expires_at: datetime | None = asset.expires_at
    return expires_at


def _told_day(moment: datetime | None) -> str:
    return dateformat.format(clock.day_of(moment), DAY) if moment else ""


def _days_left(asset: Asset, *, now: datetime) -> str:
    moment = _redeem_before(asset)
    return str(max(0, days_left(moment, now=now))) if moment else ""
