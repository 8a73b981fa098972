"""What the placeholders of a mail stand for, read from the records."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from babel.dates import format_date
from django.conf import settings
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Contact, Organization
from purveyor.domain.assets.expiry import days_left
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.placeholders import COUPON, RECORD_URL
from purveyor.domain.orders.models import Order
from purveyor.domain.provisioning.registry import portal_url
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.sealed import HIDDEN

LINKS = ("https://", "http://")
LOCALES = {"en": "en_GB"}  # a day before its month, as everywhere else in Europe


class BadPortalLink(Refused):
    """What is set as the link to the vendor's portal is no link."""

    code = "notifications.bad_portal_link"


def load_asset(pk: int) -> Asset:
    """Return an asset with every record that a mail about it speaks of."""
    related = (
        "account__parent",
        "order_item__order__recipient",
        "order_item__order__bill_to",
        "product",
        "application",
    )
    return Asset.objects.select_related(*related).get(pk=pk)


def find_organization() -> Organization | None:
    """Return the distributor's profile, if it has been filled in."""
    return Organization.objects.defer("logo").first()


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
        "redeem_before": _told_moment(_redeem_before(asset)),
        "days_left": _days_left(asset, now=now),
        "expire_days": str(asset.expire_days),
        "validity_days": str(asset.validity_days),
        "purchase_date": told_day(asset.purchase_date),
        "vendor_name": asset.application.name,
        "reason": asset.waits_because,
        RECORD_URL: record_url("assets.asset", asset.pk),
        **values_of_organization(),
    }


def values_of_organization() -> dict[str, str]:
    """Return what mails say of the distributor."""
    organization = find_organization()
    return {
        "organization_name": organization.name if organization else "",
        "organization_email": organization.email if organization else "",
        "organization_phone": organization.phone if organization else "",
        "shop_url": f"{settings.PUBLIC_URL.rstrip('/')}/",
    }


def name_at(recipient: str, accounts: Iterable[int | None]) -> str:
    """Return who reads mails at an address, if it is a contact of these accounts."""
    known = Contact.objects.filter(account__in=accounts, email__iexact=recipient)
    return _full_name(known.order_by("pk").first())


def told_day(day: date | None) -> str:
    """Return a day in the language of the mail."""
    locale = to_locale(get_language() or settings.LANGUAGE_CODE)
    if day is None:
        return ""
    return str(format_date(day, "long", locale=LOCALES.get(locale, locale)))


def record_url(record: str, pk: int) -> str:
    """Return the address of a record's page in the BSS."""
    app, model = record.split(".")
    page = settings.PURVEYOR_RECORD_PAGE.format(app=app, model=model, pk=pk)
    return f"{settings.PUBLIC_URL.rstrip('/')}{page}"


def _name_behind(recipient: str, order: Order) -> str:
    """Return who reads mails at an address: it may be a contact of the order."""
    contact = order.recipient
    if contact is None or contact.email.lower() != recipient.lower():
        return name_at(recipient, (order.account_id, order.bill_to_id))
    return _full_name(contact)


def _full_name(contact: Contact | None) -> str:
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


def _told_moment(moment: datetime | None) -> str:
    return told_day(clock.day_of(moment)) if moment else ""


def _days_left(asset: Asset, *, now: datetime) -> str:
    moment = _redeem_before(asset)
    return str(max(0, days_left(moment, now=now))) if moment else ""
