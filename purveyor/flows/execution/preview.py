"""What an execution will do, told before anybody presses the button."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from purveyor.domain.accounts.models import Account
from purveyor.domain.catalogue.models import Application
from purveyor.domain.notifications.models import Template
from purveyor.domain.notifications.welcome import WELCOME
from purveyor.domain.orders.lifecycle import InvoiceOption, ItemState
from purveyor.domain.orders.models import Order, OrderItem
from purveyor.domain.orders.queries import items_of
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import AccountLink, InvoiceWhen
from purveyor.domain.provisioning.queries import linked_accounts
from purveyor.domain.provisioning.registry import vendor_of
from purveyor.kernel.money import Money, total


@dataclass(frozen=True, slots=True)
class AssetPreview:
    """An asset that will be created: its name, and its number of licenses."""

    name: str
    licenses: int


@dataclass(frozen=True, slots=True)
class BillPreview:
    """What is billed at once, and how many lines wait for their delivery."""

    lines_count: int
    waiting_count: int
    net: Money
    tax: Money

    @property
    def total(self) -> Money:
        """What is to be paid."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class MailPreview:
    """The mails that go out once the coupons are there, and to whom."""

    notification: str
    count: int
    recipient: str
    copy_to: str
    is_enabled: bool


@dataclass(frozen=True, slots=True)
class CallPreview:
    """What one vendor is asked for, for which account, and whether it knows it."""

    vendor: str
    application_id: int
    account_id: int
    account_name: str
    coupons_count: int
    status: LinkStatus
    is_synchronized_on_the_way: bool
    is_required: bool

    @property
    def is_synchronized(self) -> bool:
        """Whether the vendor knows the account."""
        return self.status == LinkStatus.SYNCHRONIZED

    @property
    def is_refused(self) -> bool:
        """Whether the execution would be refused because of this account."""
        needs_it = self.is_required and not self.is_synchronized_on_the_way
        return needs_it and not self.is_synchronized


@dataclass(frozen=True, slots=True)
class ExecutionPreview:
    """Everything that an execution of some items will do."""

    assets: tuple[AssetPreview, ...]
    bill: BillPreview
    bill_to_name: str
    mail: MailPreview
    calls: tuple[CallPreview, ...]


def preview_execution(
    *, order: Order, only: Collection[int] | None = None
) -> ExecutionPreview:
    """
    Return what executing the open items of an order will do; nothing is written.

    Shape:   `only` names item ids, as in `execute_order`; None means all open ones.
    Units:   money in the order's currency, rounded on each line.
    Errors:  none; what would be refused is marked on the calls.
    Source:  `execute_order`, whose steps this follows in their order.
    """
    items = [
        item
        for item in items_of(order)
        if item.state == ItemState.OPEN and (only is None or item.pk in only)
    ]
    return ExecutionPreview(
        assets=tuple(AssetPreview(i.product_name, i.quantity) for i in items),
        bill=_bill_of(items, order.currency),
        bill_to_name=order.bill_to.name,
        mail=_mail_of(order, len(items)),
        calls=_calls_of(items, linked_accounts(account=order.account, items=items)),
    )


def invoice_options() -> tuple[InvoiceOption, ...]:
    """Return the three invoice options in the order of the dialog."""
    return (InvoiceOption.NONE, InvoiceOption.DRAFT, InvoiceOption.ISSUE)


def _bill_of(items: Sequence[OrderItem], currency: str) -> BillPreview:
    ripe = [item for item in items if not _waits_for_delivery(item)]
    return BillPreview(
        lines_count=len(ripe),
        waiting_count=len(items) - len(ripe),
        net=total((item.net for item in ripe), currency),
        tax=total((item.tax for item in ripe), currency),
    )


def _waits_for_delivery(item: OrderItem) -> bool:
    setup = item.product.product_type.application.setup
    return bool(setup.invoice_when == InvoiceWhen.DELIVERY)


def _mail_of(order: Order, count: int) -> MailPreview:
    template = Template.objects.filter(name=WELCOME).first()
    return MailPreview(
        notification=WELCOME,
        count=count,
        recipient=order.recipient_email,
        copy_to=template.copy_to if template else "",
        is_enabled=template is None or template.is_enabled,
    )


def _calls_of(
    items: Sequence[OrderItem], linked_to: Mapping[int, Account]
) -> tuple[CallPreview, ...]:
    """Return one row per application and account, in the order of the items."""
    groups: dict[tuple[int, int], list[OrderItem]] = {}
    for item in items:
        application = item.product.product_type.application
        pair = (application.pk, linked_to[item.pk].pk)
        groups.setdefault(pair, []).append(item)
    statuses = _statuses_of(groups)
    return tuple(
        _call(
            group[0].product.product_type.application,
            linked_to[group[0].pk],
            coupons_count=len(group),
            status=statuses.get(pair, LinkStatus.UNSYNCHRONIZED),
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


def _call(
    application: Application,
    account: Account,
    *,
    coupons_count: int,
    status: LinkStatus,
) -> CallPreview:
    setup = application.setup
    return CallPreview(
        vendor=vendor_of(application),
        application_id=application.pk,
        account_id=account.pk,
        account_name=account.name,
        coupons_count=coupons_count,
        status=status,
        is_synchronized_on_the_way=setup.sync_on_checkout,
        is_required=setup.require_prior_sync,
    )
