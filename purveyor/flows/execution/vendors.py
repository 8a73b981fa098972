"""
What the vendors will be asked for by an execution, and whether they can do it now.

All of it is read from our records: nobody is called while a person waits.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from purveyor.domain.accounts.models import Account
from purveyor.domain.catalogue.models import Application
from purveyor.domain.orders.models import OrderItem
from purveyor.domain.provisioning.lifecycle import BreakerState, LinkStatus
from purveyor.domain.provisioning.models import (
    AccountLink,
    Breaker,
    ServiceManagerSetup,
)
from purveyor.domain.provisioning.registry import kind_of, vendor_of


@dataclass(frozen=True, slots=True)
class CallPreview:
    """What one vendor is asked for, for which account, and whether it can do it."""

    vendor: str
    application_id: int
    account_id: int
    account_name: str
    coupons_count: int
    status: LinkStatus
    is_synchronized_on_the_way: bool
    is_required: bool
    is_on: bool
    is_set_up: bool
    silent_since: datetime | None
    is_blocked: bool

    @property
    def is_synchronized(self) -> bool:
        """Whether the vendor knows the account."""
        return self.status == LinkStatus.SYNCHRONIZED

    @property
    def is_refused(self) -> bool:
        """Whether the execution would be refused because of this account."""
        needs_it = self.is_required and not self.is_synchronized_on_the_way
        return needs_it and not self.is_synchronized

    @property
    def waits(self) -> bool:
        """Whether the coupons could not be made at once."""
        return not (self.is_on and self.is_set_up) or self.silent_since is not None


def calls_of(
    items: Sequence[OrderItem], linked_to: Mapping[int, Account]
) -> tuple[CallPreview, ...]:
    """Return one row per application and account, in the order of the items."""
    groups: dict[tuple[int, int], list[OrderItem]] = {}
    for item in items:
        application = item.product.product_type.application
        pair = (application.pk, linked_to[item.pk].pk)
        groups.setdefault(pair, []).append(item)
    statuses, silent = _statuses_of(groups), _silent_among(groups)
    return tuple(
        _call(
            linked_to[group[0].pk],
            group,
            statuses.get(pair, LinkStatus.UNSYNCHRONIZED),
            silent.get(pair[0]),
        )
        for pair, group in groups.items()
    )


def _statuses_of(
    pairs: Collection[tuple[int, int]],
) -> dict[tuple[int, int], LinkStatus]:
    links = AccountLink.objects.filter(
        application__in={application for application, _account in pairs},
        account__in={account for _application, account in pairs},
    )
    return {
        (application, account): LinkStatus(status)
        for application, account, status in links.values_list(
            "application_id", "account_id", "status"
        )
    }


def _silent_among(pairs: Collection[tuple[int, int]]) -> dict[int, Breaker]:
    """Return the open breakers by application: these vendors are not asked now."""
    silent = Breaker.objects.filter(
        application__in={application for application, _account in pairs},
        state=BreakerState.OPEN,
    )
    return {breaker.application_id: breaker for breaker in silent}


def _call(
    account: Account,
    group: Sequence[OrderItem],
    status: LinkStatus,
    breaker: Breaker | None,
) -> CallPreview:
    application: Application = group[0].product.product_type.application
    setup = application.setup
    return CallPreview(
        vendor=vendor_of(application),
        application_id=application.pk,
        account_id=account.pk,
        account_name=account.name,
        coupons_count=len(group),
        status=status,
        is_synchronized_on_the_way=setup.sync_on_checkout,
        is_required=setup.require_prior_sync,
        is_on=application.is_active,
        is_set_up=_is_set_up(application.connector, setup),
        silent_since=breaker.opened_at if breaker is not None else None,
        is_blocked=breaker is not None and breaker.is_blocked,
    )


def _is_set_up(connector: str, setup: ServiceManagerSetup) -> bool:
    """Return whether all that the connector needs was filled in; no seal is opened."""
    needed = [
        field for field in kind_of(connector).settings_fields if field.is_required
    ]
    has_secrets = bool(setup.secrets_sealed)
    return all(
        has_secrets if field.is_secret else bool(setup.values.get(field.name))
        for field in needed
    )
