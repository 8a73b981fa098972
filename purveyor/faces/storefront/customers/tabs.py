"""The pages under My customers."""

from django.utils.translation import gettext as _

from purveyor.faces.storefront.frame.access import ShopRequest
from purveyor.faces.storefront.frame.tabs import Place, Tabs, tabs_of
from purveyor.faces.storefront.frame.waiting import orders_to_approve


def customer_tabs(request: ShopRequest) -> Tabs | None:
    """Return the pages under My customers that a member may see."""
    waiting = orders_to_approve(request)
    places = (
        Place(_("Customers"), "customers", "customers.view"),
        Place(_("Orders to approve"), "approvals", "orders.approve", waiting=waiting),
    )
    return tabs_of(request, _("My customers"), places)
