"""Mails about assets, and the profile they are sent from."""

from datetime import datetime

from purveyor.domain.accounts.models import Organization
from purveyor.domain.assets.models import Asset
from purveyor.domain.notifications.events import Audience, EventName
from purveyor.domain.notifications.models import Message, Notification
from purveyor.domain.notifications.operations import write_welcome
from purveyor.domain.notifications.rules import save_notification
from purveyor.domain.orders.models import Order
from purveyor.flows.execution.news import tell_of_line
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.sealed import fingerprint, mask, seal
from purveyor.kernel.work.engine import Due, drain
from tests.factories.accounts import an_account
from tests.factories.assets import a_synchronized_asset
from tests.factories.moments import DAN, NOON
from tests.factories.provisioning import a_setup

CODE = "BT-7KQM-2F9X-TR4D-8ZPA"
PORTAL = "https://portal.bittitan.example"
NEWS_ONLY = (Due(Entry, "news_due_at", tell_of_line, is_leased=False),)


def a_delivered_asset(
    *,
    code: str = CODE,
    account_name: str = "Northwind GmbH",
    recipient_email: str | None = None,
) -> Asset:
    """Return an asset with its coupon, of an order whose mail goes to an address."""
    setup = a_setup()
    setup.values["portal_url"] = PORTAL
    setup.save(update_fields=["values"])
    asset = a_synchronized_asset(code=code, account=an_account(name=account_name))
    if recipient_email is not None:
        order = Order.objects.filter(pk=asset.order_item.order_id)
        order.update(recipient_email=recipient_email, recipient=None)
    return asset


def a_message(*, asset: Asset | None = None) -> Message:
    """Return a welcome mail that waits for a worker."""
    message = write_welcome(
        asset=asset or a_delivered_asset(), actor="worker", now=NOON
    )
    assert message is not None
    return message


def a_profile(**changes: object) -> None:
    """Change the distributor's profile."""
    Organization.objects.update(**changes)


def coupon_columns(code: str) -> dict[str, str]:
    """Return what an asset stores of a coupon code."""
    return {
        "coupon_sealed": seal(code),
        "coupon_hash": fingerprint(code),
        "coupon_mask": mask(code),
    }


def a_rule(
    event: EventName,
    *to: str,
    audience: Audience = Audience.INTERNAL,
    **columns: object,
) -> Notification:
    """Return a notification of one's own that is switched on."""
    rule = Notification(
        name=f"{event} {Notification.objects.count()}",
        event=event,
        audience=audience,
        to=list(to) or ["ops@aurora.example"],
        **columns,
    )
    save_notification(notification=rule, actor=DAN, now=NOON)
    return rule


def hears_news(now: datetime = NOON) -> list[Message]:
    """Have a worker tell of what is news, and return all mails that tell of it."""
    drain(NEWS_ONLY, now=now)
    return list(Message.objects.filter(coupon_hash="").order_by("pk"))
