"""The pages under Billing."""

from django.utils.translation import gettext as _

from purveyor.faces.storefront.frame.access import ShopRequest
from purveyor.faces.storefront.frame.tabs import Place, Tabs, tabs_of


def billing_tabs(request: ShopRequest) -> Tabs | None:
    """Return the pages under Billing that a member may see."""
    places = (
        Place(_("Dashboard"), "billing", "orders.view"),
        Place(_("Orders"), "orders", "orders.view"),
        Place(_("Assets"), "assets", "assets.view"),
        Place(_("Invoices"), "invoices", "invoices.view"),
    )
    return tabs_of(request, _("Billing"), places)
