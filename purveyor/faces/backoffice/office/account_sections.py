"""The sections of an account's page: what belongs to it, and what it was told."""

from typing import ClassVar

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.accounts.queries import open_accounts
from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import PriceList
from purveyor.domain.catalogue.pricing import DEFAULT, OF_ITS_KIND, OWN, lists_for
from purveyor.domain.invoices.models import Invoice
from purveyor.domain.notifications.models import Message
from purveyor.domain.orders.models import Order
from purveyor.domain.orders.queries import with_status_name
from purveyor.faces.backoffice.billing.prices import span_of
from purveyor.faces.backoffice.frame.attachments import Attachments, holds_files
from purveyor.faces.backoffice.frame.badges import order_badge
from purveyor.faces.backoffice.frame.display import (
    NOTHING,
    day,
    link_to,
    moment,
    status_badge,
)
from purveyor.faces.backoffice.frame.sections import Column, Section
from purveyor.kernel import clock

#: Why a price list holds for an account.
NEARNESS = {
    OWN: _("Its own list"),
    OF_ITS_KIND: _("Its account kind"),
    DEFAULT: _("Default of its currency"),
}


class Orders(Section):
    """The orders that give this account something, or that it pays."""

    model = Order
    title = _("Orders")
    permission = "orders.view_order"
    icon = "receipt_long"
    empty = _("No orders yet")
    columns: ClassVar = (
        Column(_("Number"), lambda order: link_to(order, order.number)),
        Column(_("Name"), lambda order: order.name or NOTHING),
        Column(_("Status"), order_badge),
        Column(_("Billing to"), lambda order: order.bill_to.name),
        Column(_("Created"), lambda order: moment(order.created_at)),
    )

    def found(self, record_id: int) -> QuerySet[Order]:
        """Return the orders, newest first."""
        mine = Q(account_id=record_id) | Q(bill_to_id=record_id)
        found = Order.objects.filter(mine).select_related("bill_to")
        return with_status_name(found).order_by("-created_at", "-id")

    def whole_list(self, record_id: int) -> str:
        """Return the address of the list of this account's orders."""
        return _list_of("orders_order", record_id)


class Assets(Section):
    """What this account owns."""

    model = Asset
    title = _("Assets")
    permission = "assets.view_asset"
    icon = "confirmation_number"
    empty = _("No assets yet")
    columns: ClassVar = (
        Column(_("Number"), lambda asset: link_to(asset, asset.number)),
        Column(_("Name"), lambda asset: asset.name),
        Column(_("Licenses"), lambda asset: asset.quantity, is_number=True),
        Column(
            _("Provisioning Sync Status"),
            lambda asset: status_badge(asset, "sync_status"),
        ),
        Column(_("BitTitan's Coupon Code"), lambda asset: asset.coupon_mask or NOTHING),
        Column(_("Purchase Date"), lambda asset: day(asset.purchase_date)),
    )

    def found(self, record_id: int) -> QuerySet[Asset]:
        """Return the assets, newest first."""
        return Asset.objects.filter(account_id=record_id).order_by("-id")

    def whole_list(self, record_id: int) -> str:
        """Return the address of the list of this account's assets."""
        return _list_of("assets_asset", record_id)


class Invoices(Section):
    """What this account has to pay."""

    model = Invoice
    title = _("Invoices")
    permission = "invoices.view_invoice"
    icon = "request_quote"
    empty = _("No invoices yet")
    columns: ClassVar = (
        Column(
            _("Number"), lambda invoice: link_to(invoice, invoice.number or _("Draft"))
        ),
        Column(_("Status"), lambda invoice: status_badge(invoice, "state")),
        Column(_("Invoice date"), lambda invoice: day(invoice.issue_date)),
        Column(_("Due"), lambda invoice: day(invoice.due_date)),
        Column(_("Total"), lambda invoice: invoice.total, is_number=True),
    )

    def found(self, record_id: int) -> QuerySet[Invoice]:
        """Return the invoices, newest first."""
        mine = Q(account_id=record_id) | Q(bill_to_id=record_id)
        return Invoice.objects.filter(mine).order_by("-created_at", "-id")

    def whole_list(self, record_id: int) -> str:
        """Return the address of the list of this account's invoices."""
        return _list_of("invoices_invoice", record_id, "bill_to")


class PriceLists(Section):
    """The lists at whose prices this account pays today, the nearest first."""

    model = PriceList
    title = _("Price lists")
    permission = "catalogue.view_pricelist"
    icon = "sell"
    empty = _("No price list holds for this account today")
    columns: ClassVar = (
        Column(_("Name"), link_to),
        Column(_("Why"), lambda each: NEARNESS[each.nearness]),
        Column(_("Valid"), span_of),
    )

    def found(self, record_id: int) -> QuerySet[PriceList]:
        """Return the lists in the order in which they are asked for a price."""
        payer = Account.objects.get(pk=record_id)
        return lists_for(payer=payer, currency=payer.currency, on=clock.today())

    def whole_list(self, record_id: int) -> str:
        """Return the address of all price lists."""
        return reverse("bss:catalogue_pricelist_changelist")


class Mails(Section):
    """What was written about this account, its orders, assets and invoices."""

    model = Message
    title = _("Notifications sent")
    permission = "notifications.view_message"
    icon = "mail"
    empty = _("No mails yet")
    columns: ClassVar = (
        Column(_("Written"), lambda mail: moment(mail.created_at)),
        Column(_("Subject"), lambda mail: link_to(mail, mail.subject)),
        Column(_("To"), lambda mail: mail.recipient or NOTHING),
        Column(_("About"), lambda mail: mail.about_label),
        Column(_("Status"), lambda mail: status_badge(mail, "state")),
    )

    def found(self, record_id: int) -> QuerySet[Message]:
        """Return the mails, newest first."""
        mails = Message.objects.filter(account_id=record_id)
        return mails.defer("masked_text", "masked_html").order_by("-id")

    def whole_list(self, record_id: int) -> str:
        """Return the address of the list of mails about this account."""
        return _list_of("notifications_message", record_id)


class Files(Attachments):
    """The files of this account."""

    holder = Account
    permission = "accounts.view_account"


holds_files(Account)


class EndCustomers(Section):
    """The end customers of this reseller."""

    model = Account
    title = _("End customers")
    permission = "accounts.view_account"
    icon = "account_tree"
    empty = _("No end customers")
    columns: ClassVar = (
        Column(_("Number"), lambda account: link_to(account, account.number)),
        Column(_("Name"), lambda account: account.name),
        Column(_("E-mail"), lambda account: account.email or NOTHING),
        Column(_("Currency"), lambda account: account.currency),
        Column(_("Created"), lambda account: moment(account.created_at)),
    )

    def found(self, record_id: int) -> QuerySet[Account]:
        """Return the end customers, newest first."""
        return open_accounts().filter(parent_id=record_id).order_by("-id")

    def whole_list(self, record_id: int) -> str:
        """Return the address of the page with all of them, and what they have."""
        return reverse("bss:account_in_hierarchy", args=[record_id])


def _list_of(page: str, record_id: int, role: str = "account") -> str:
    return f"{reverse(f'bss:{page}_changelist')}?{role}__id__exact={record_id}"
