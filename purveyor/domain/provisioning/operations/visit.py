"""What a worker reads before it looks at one asset."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.contract import (
    ProvisionRequest,
    ServiceManager,
    VendorError,
)
from purveyor.domain.provisioning.lifecycle import AttemptOutcome
from purveyor.domain.provisioning.models import (
    AccountLink,
    Attempt,
    ServiceManagerSetup,
)
from purveyor.domain.provisioning.operations.gate import ask, tell_answer
from purveyor.domain.provisioning.operations.subject import Subject
from purveyor.domain.provisioning.registry import manager_for
from purveyor.kernel.clock import Stopwatch
from purveyor.kernel.work.combining import Combined
from purveyor.kernel.work.leases import Lease

LABEL_MAX = 100


@dataclass(frozen=True, slots=True)
class Visit:
    """One worker's look at one asset: the asset, its link, its vendor, and the time."""

    asset: Asset
    label: str  #: under which people find the coupon at the vendor
    link: AccountLink | None
    has_open_attempt: bool
    lease: Lease
    watch: Stopwatch

    @property
    def subject(self) -> Subject:
        """The asset with the lease on it."""
        return Subject(self.asset, self.lease)

    @property
    def setup(self) -> ServiceManagerSetup:
        """The settings of the asset's application."""
        return self.asset.application.setup

    @property
    def manager(self) -> ServiceManager:
        """The service manager that is asked."""
        return manager_for(self.setup)

    @property
    def external_account_id(self) -> str:
        """The vendor's name of the account; empty if it does not know it."""
        return self.link.external_id if self.link is not None else ""

    def now(self) -> datetime:
        """Return the present moment of this visit."""
        return self.watch.now()

    def request(self) -> ProvisionRequest:
        """Return what the vendor is asked to make."""
        asset = self.asset
        return ProvisionRequest(
            key=asset.key,
            external_account_id=self.external_account_id,
            external_product_id=asset.external_product_id,
            quantity=asset.quantity,
            expire_days=asset.expire_days,
            validity_days=asset.validity_days,
            label=self.label,
        )

    def read[T](self, question: Callable[[], T]) -> T:
        """
        Return what the vendor answers to a read, asked through the gate.

        :raises GateClosed: if nobody asks this vendor now.
        :raises VendorUnavailable: the vendor did not answer, or not sensibly.
        """
        return ask(
            question=question,
            application_id=self.asset.application_id,
            lane=self.asset.lane,
            watch=self.watch,
        )

    def tell(self, answer: VendorError | None) -> None:
        """Count for the vendor's weather how it has answered."""
        application_id = self.asset.application_id
        tell_answer(application_id=application_id, answer=answer, now=self.now())


def label_of(*, order_number: str, account_name: str) -> str:
    """Return the label under which people find a coupon at the vendor."""
    return f"{order_number} {account_name}"[:LABEL_MAX]


def begin_visit(*, lease: Lease, now: datetime) -> Visit:
    """Return what there is to know about an asset before its vendor is asked."""
    found = _read_together(lease)
    return Visit(
        found.asset,
        found.label,
        found.link,
        found.has_open_attempt,
        lease,
        Stopwatch(now),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    asset: Asset
    label: str
    link: AccountLink | None
    has_open_attempt: bool


def _read_all(leases: list[Lease]) -> list[_Found]:
    pks = [lease.pk for lease in leases]
    assets = Asset.objects.in_bulk(pks)
    _fetch_applications(assets.values())
    labels = _labels_of(pks)
    links = _links_of(assets.values())
    left_open = Attempt.objects.filter(asset__in=pks, outcome=AttemptOutcome.OPEN)
    open_pks = set(left_open.values_list("asset", flat=True))
    return [
        _Found(
            assets[pk],
            labels[pk],
            links.get((assets[pk].linked_account_id, assets[pk].application_id)),
            pk in open_pks,
        )
        for pk in pks
    ]


_read_together = Combined(_read_all)


def _labels_of(pks: Iterable[int]) -> dict[int, str]:
    parts = Asset.objects.filter(pk__in=pks).values_list(
        "pk", "order_item__order__number", "account__name"
    )
    return {
        pk: label_of(order_number=number, account_name=name)
        for pk, number, name in parts
    }


def _fetch_applications(assets: Iterable[Asset]) -> None:
    """Give every asset its application with the settings, each read once."""
    applications = Application.objects.select_related("setup").in_bulk(
        {asset.application_id for asset in assets}
    )
    for asset in assets:
        asset.application = applications[asset.application_id]


def _links_of(assets: Iterable[Asset]) -> dict[tuple[int, int], AccountLink]:
    links = AccountLink.objects.filter(
        account__in={asset.linked_account_id for asset in assets},
        application__in={asset.application_id for asset in assets},
    )
    return {(link.account_id, link.application_id): link for link in links}
