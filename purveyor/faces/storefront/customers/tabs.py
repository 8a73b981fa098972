"""The pages under My customers."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from purveyor.faces.storefront.frame.access import ShopRequest


def customer_tabs(request: ShopRequest) -> list[dict[str, Any]]:
    """Return the pages under My customers that a member may see."""
    known = (
        (_("Customers"), "customers", "customers.view"),
        (_("Orders to approve"), "approvals", "orders.approve"),
    )
    here = request.resolver_match.url_name if request.resolver_match else ""
    return [
        {
            "title": title,
            "address": reverse(f"storefront:{name}"),
            "is_here": name == here,
        }
        for title, name, permission in known
        if request.member.may(permission)
    ]
