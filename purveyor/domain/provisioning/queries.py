"""Questions about the vendor's part."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from django.conf import settings
from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account, AccountKind
from purveyor.domain.accounts.queries import reseller_of
from purveyor.domain.assets.lifecycle import AssetState, SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Application
from purveyor.domain.orders.models import OrderItem
from purveyor.domain.provisioning.lifecycle import AttemptKind, LinkStatus
from purveyor.domain.provisioning.models import (
    AccountLink,
    Buyers,
    CouponObservation,
    LinkOf,
    ServiceManagerSetup,
)
from purveyor.kernel.errors import NotFound, Refused
from purveyor.kernel.sealed import fingerprints

COUNT_MAX = 1_000

WORST_FIRST = (
    LinkStatus.FAILED,
    LinkStatus.UNCLEAR,
    LinkStatus.SYNCHRONIZING,
    LinkStatus.UNSYNCHRONIZED,
    LinkStatus.SYNCHRONIZED,
)


class LeaseTooShort(Refused):
    """A worker must not lose a record while it still waits for the vendor."""

    code = "provisioning.lease_too_short"


def linked_account_of(*, account: Account, setup: ServiceManagerSetup) -> Account:
    """Return the account that a vendor must know when this account buys."""
    return reseller_of(account) if setup.link_of == LinkOf.RESELLER else account


def linked_accounts(
    *, account: Account, items: Iterable[OrderItem]
) -> dict[int, Account]:
    """Return, by item id, the account the vendor must know; setups are fetched."""
    return {
        item.pk: linked_account_of(
            account=account, setup=item.product.product_type.application.setup
        )
        for item in items
    }


def unsynchronized(
    pairs: Iterable[tuple[Account, Application]],
) -> list[tuple[Account, Application]]:
    """Return those pairs of account and application that are not synchronized."""
    wanted = {(account.pk, app.pk): (account, app) for account, app in pairs}
    known = AccountLink.objects.filter(
        status=LinkStatus.SYNCHRONIZED,
        account__in={account for account, _app in wanted},
        application__in={app for _account, app in wanted},
    ).values_list("account_id", "application_id")
    for pair in known:
        wanted.pop(pair, None)
    return list(wanted.values())


def may_buy(*, account: Account, setup: ServiceManagerSetup) -> bool:
    """Return whether a policy lets this account receive an application's products."""
    allowed = {
        Buyers.ALL: set(AccountKind),
        Buyers.RESELLERS: {AccountKind.RESELLER, AccountKind.END_CUSTOMER},
        Buyers.RESELLERS_FOR_END_CUSTOMERS: {AccountKind.END_CUSTOMER},
        Buyers.RESELLERS_FOR_THEMSELVES: {AccountKind.RESELLER},
    }
    return account.kind in allowed[Buyers(setup.allowed_buyers)]


def links_of(account: Account) -> list[AccountLink]:
    """Return an account's link with every active application; unsaved where none is."""
    links = {
        link.application_id: link
        for link in AccountLink.objects.filter(account=account).select_related(
            "application__breaker", "account"
        )
    }
    applications = Application.objects.filter(is_active=True).order_by("name")
    return [
        links.get(app.pk) or AccountLink(account=account, application=app)
        for app in applications
    ]


def get_link(*, account: Account, application_id: int) -> AccountLink:
    """
    Return an account's link with one active application; unsaved if there is none yet.

    :raises NotFound: if there is no such application.
    """
    for link in links_of(account):
        if link.application_id == application_id:
            return link
    message = "There is no such application."
    raise NotFound(message)


def active_setups() -> list[ServiceManagerSetup]:
    """Return the settings of every active application, by name."""
    return list(
        ServiceManagerSetup.objects.filter(application__is_active=True)
        .select_related("application")
        .order_by("application__name")
    )


def check_lease() -> None:
    """
    Check that a lease lasts longer than any call of a vendor.

    Units:  seconds; a lease must be twice the longest limit of one call.
    :raises LeaseTooShort: with the setting to change.
    """
    longest = ServiceManagerSetup.objects.aggregate(most=Max("deadline_seconds"))
    needed = 2 * (longest["most"] or 0)
    given = settings.PURVEYOR_LEASE_SECONDS
    if given < needed:
        message = _(
            "A lease of %(given)g s is too short: a call of a vendor may take "
            "%(limit)g s. Set PURVEYOR_LEASE_SECONDS to %(needed)g or more, or lower "
            "the limit for one call under Setup > Applications."
        )
        facts = {"given": given, "limit": needed / 2, "needed": needed}
        raise LeaseTooShort(message % facts, **facts)


def worst_status(statuses: Iterable[str]) -> LinkStatus:
    """Return the status an account list shows: the worst of all service managers."""
    found = set(statuses)
    return next((s for s in WORST_FIRST if s in found), LinkStatus.UNSYNCHRONIZED)


def worst_status_by_account(*, accounts: Collection[int]) -> dict[int, LinkStatus]:
    """Return, by account id, the worst status among all active applications."""
    active = Application.objects.filter(is_active=True)
    expected = set(active.values_list("pk", flat=True))
    found: dict[int, dict[int, str]] = {account: {} for account in accounts}
    links = AccountLink.objects.filter(account__in=accounts, application__in=expected)
    for account, app, status in links.values_list(
        "account_id", "application_id", "status"
    ):
        found[account][app] = status
    return {
        account: worst_status(
            statuses.get(app, LinkStatus.UNSYNCHRONIZED) for app in expected
        )
        for account, statuses in found.items()
    }


def not_synchronized() -> Q:
    """Return the condition for accounts that some active application does not know."""
    known = AccountLink.objects.filter(
        account=OuterRef(OuterRef("pk")),
        application=OuterRef("pk"),
        status=LinkStatus.SYNCHRONIZED,
    )
    unknowing = Application.objects.filter(~Exists(known), is_active=True)
    return Q(Exists(unknowing))


def count_not_synchronized(*, limit: int = COUNT_MAX) -> int:
    """Return how many accounts some application does not know, at most a limit."""
    return Account.objects.filter(not_synchronized()).order_by()[:limit].count()


def failed_of(*, application: Application, group: str) -> QuerySet[Asset]:
    """Return the assets that failed for one cause at one application."""
    return Asset.objects.filter(
        application=application,
        cause=group,
        sync_status=SyncStatus.FAILED,
        state=AssetState.ACTIVE,
    )


def question_about(*, asset: Asset, link: AccountLink | None) -> str:
    """
    Return the exact question by which a vendor can say what it made for an asset.

    Its order and account are fetched. It holds no secret.
    """
    attempts = asset.attempts.filter(kind=AttemptKind.MAKE)
    span = attempts.aggregate(first=Min("started_at"), last=Max("ended_at"))
    words = _(
        "Did you make a coupon of %(quantity)d × %(product)s for account %(external)s "
        "(%(account)s, order %(order)s, our reference %(key)s), between %(first)s and "
        "%(last)s UTC? If so, which?"
    )
    return words % {
        "quantity": asset.quantity,
        "product": asset.external_product_id,
        "external": link.external_id if link is not None else "–",
        "account": asset.linked_account.name,
        "order": asset.order_item.order.number,
        "key": asset.key,
        "first": _written(span["first"]),
        "last": _written(span["last"]),
    }


def _written(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if moment else "–"


def was_seen(*, code: str) -> bool:
    """Return whether a coupon of this code was seen at a vendor, ours or not."""
    seen = CouponObservation.objects.filter(coupon_hash__in=fingerprints(code))
    return seen.exists()
