"""One thing to be told of: the record, whose it is, and what its placeholders say."""

from collections.abc import Callable
from dataclasses import dataclass, field

from purveyor.domain.accounts.models import Account
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.events import Condition, EventName
from purveyor.domain.notifications.models import Notification
from purveyor.domain.orders.models import Order
from purveyor.kernel.money import Money


@dataclass(frozen=True, slots=True)
class News:
    """
    One thing to be told of, with all that rules ask for.

    `values` is called with a recipient, in the language in which that one reads.
    """

    event: EventName
    record: str  # its kind, as the journal writes it
    pk: int
    label: str
    occasion: str
    values: Callable[[str], dict[str, str]] = field(repr=False)
    account: Account | None = None  # whose it is
    bill_to: Account | None = None  # who pays for it
    order: Order | None = None
    asset: Asset | None = None
    applications: frozenset[int] = frozenset()
    products: frozenset[int] = frozenset()
    total: Money | None = None
    mailbox: str = ""  # an address of our own that was set for this

    @property
    def language(self) -> str:
        """The language of those whom it concerns; empty if none was chosen."""
        reader = self.bill_to or self.account
        return reader.language if reader else ""


def holds(rule: Notification, news: News) -> bool:
    """Return whether every condition of a rule that is filled in holds."""
    return all(check(rule, news) for check in _CHECKS.values())


def _is_kind(rule: Notification, news: News) -> bool:
    if not rule.account_kind:
        return True
    return news.account is not None and news.account.kind == rule.account_kind


def _is_account(rule: Notification, news: News) -> bool:
    if rule.account_id is None:
        return True
    return news.account is not None and news.account.pk == rule.account_id


def _is_application(rule: Notification, news: News) -> bool:
    return rule.application_id is None or rule.application_id in news.applications


def _is_product(rule: Notification, news: News) -> bool:
    return rule.product_id is None or rule.product_id in news.products


def _is_above(rule: Notification, news: News) -> bool:
    if rule.total_above is None:
        return True
    total = news.total
    is_comparable = total is not None and total.currency == rule.total_currency
    return is_comparable and total is not None and total.amount > rule.total_above


_CHECKS = {
    Condition.ACCOUNT_KIND: _is_kind,
    Condition.ACCOUNT: _is_account,
    Condition.APPLICATION: _is_application,
    Condition.PRODUCT: _is_product,
    Condition.TOTAL_ABOVE: _is_above,
}
