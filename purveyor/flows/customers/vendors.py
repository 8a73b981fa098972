"""Whether the vendors know an end customer, in words for its reseller."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import AccountLink, ServiceManagerSetup
from purveyor.domain.provisioning.operations.link import synchronizes_alone
from purveyor.domain.provisioning.queries import (
    active_setups,
    linked_account_of,
    may_buy,
)
from purveyor.domain.provisioning.registry import vendor_of


class Knowing(StrEnum):
    """How far a vendor is with an account, as its reseller sees it."""

    DONE = "done"  #: it can be bought for
    MOVING = "moving"  #: the vendor is being told this moment
    WAITING = "waiting"  #: for the first order, or for somebody
    STOPPED = "stopped"  #: nothing of this vendor can be bought for it


@dataclass(frozen=True, slots=True)
class VendorRow:
    """One vendor: whether it knows the customer, and what follows from it."""

    vendor: str
    stage: Knowing
    status: str
    words: str


def vendors_of(customer: Account) -> tuple[VendorRow, ...]:
    """
    Return what each vendor knows of an end customer; its reseller is fetched.

    By policy a vendor may have to know the reseller instead. Two statements.
    """
    setups = active_setups()
    asked = {
        each.pk: linked_account_of(account=customer, setup=each) for each in setups
    }
    links = AccountLink.objects.filter(account__in=set(asked.values()))
    known = {(link.account_id, link.application_id): link for link in links}
    return tuple(
        _row(customer, asked[each.pk], each, known.get(_pair(asked[each.pk], each)))
        for each in setups
    )


def _pair(account: Account, setup: ServiceManagerSetup) -> tuple[int, int]:
    return account.pk, setup.application_id


def _row(
    customer: Account,
    asked: Account,
    setup: ServiceManagerSetup,
    link: AccountLink | None,
) -> VendorRow:
    vendor = vendor_of(setup.application)
    if not may_buy(account=customer, setup=setup):
        words = _("What %(vendor)s makes cannot be bought for end customers.")
        status = _("Not for end customers")
        return VendorRow(vendor, Knowing.STOPPED, status, words % {"vendor": vendor})
    stage, status, words = _told(asked, setup, link)
    since = link.synchronized_at if link is not None else None
    names = {
        "vendor": vendor,
        "account": asked.name,
        "day": date_format(localtime(since)) if since else "",
    }
    return VendorRow(vendor, stage, status, words % names)


def _told(
    asked: Account, setup: ServiceManagerSetup, link: AccountLink | None
) -> tuple[Knowing, str, str]:
    """Return how far a vendor is with an account, and that in words."""
    match link.status if link is not None else LinkStatus.UNSYNCHRONIZED:
        case LinkStatus.SYNCHRONIZED:
            words = _("%(vendor)s knows %(account)s since %(day)s.")
            return Knowing.DONE, _("Synchronized"), words
        case LinkStatus.SYNCHRONIZING:
            words = _("%(vendor)s is just being told of %(account)s.")
            return Knowing.MOVING, _("Being synchronized"), words
        case LinkStatus.UNCLEAR:
            words = _(
                "It is being checked whether %(vendor)s knows %(account)s. You need "
                "not do anything."
            )
            return Knowing.WAITING, _("Being checked"), words
        case LinkStatus.FAILED:
            words = _(
                "%(vendor)s could not be told of %(account)s. Our staff look after it; "
                "check that the e-mail and the address are right."
            )
            return Knowing.WAITING, _("Not synchronized"), words
    return Knowing.WAITING, _("Not synchronized yet"), _not_yet(asked, setup)


def _not_yet(asked: Account, setup: ServiceManagerSetup) -> str:
    if setup.sync_on_checkout and synchronizes_alone(account=asked, setup=setup):
        return _("%(vendor)s is told of %(account)s by the first order.")
    if setup.require_prior_sync:
        return _(
            "%(vendor)s does not know %(account)s yet. We have to synchronize it "
            "before you can buy for it: write to us, and it is done shortly."
        )
    return _(
        "%(vendor)s does not know %(account)s yet. You can order; it is delivered once "
        "we have synchronized it."
    )
