"""What every page of the Storefront shows around its own: name, ways, basket, looks."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from purveyor.faces.storefront.frame.access import arrive
from purveyor.faces.storefront.frame.waiting import orders_to_approve
from purveyor.flows.checkout.baskets import count_licenses

LOOK_COOKIE = "look"
LOOKS = ("auto", "light", "dark")
#: The pages that are found under Catalogue.
CATALOGUE = ("shelf", "product")
#: The pages that are found under Billing.
BILLING = (
    *("orders", "order", "cancel_order", "cancel_rest", "po_code"),
    *("invoices", "invoice"),
    *("assets", "asset", "reveal", "rename", "send_again"),
)
#: The pages that are found under My customers.
CUSTOMERS = (
    *("customers", "new_customer", "customer", "edit_customer"),
    *("new_contact", "edit_contact", "approvals", "reject"),
)


@dataclass(frozen=True, slots=True)
class Way:
    """One way of the navigation; it appears to whom its page would not refuse."""

    title: str
    icon: str
    address: str
    is_here: bool
    waiting: int = 0  # what waits there for the member


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what the frame of a page shows; nothing on pages of other faces."""
    if not hasattr(request, "shop"):
        return {}
    shopper: Any = request
    member = shopper.member
    look = request.COOKIES.get(LOOK_COOKIE, "auto")
    return {
        "shop": shopper.shop,
        "member": member,
        "memberships": shopper.memberships,
        "onlooker": shopper.look,
        "ways": _ways(shopper) if member is not None else (),
        "manages_people": member is not None and member.may("people.manage"),
        "basket_count": _basket_count(shopper),
        "look": look if look in LOOKS else "auto",
        "here": request.get_full_path() if request.method == "GET" else "/",
    }


def _ways(request: Any) -> tuple[Way, ...]:
    """Return the ways that lead somewhere, for those who may go there."""
    known = (
        (_("Catalogue"), "grid", "home", "catalogue.view", CATALOGUE),
        (_("Billing"), "file", "billing", "orders.view", BILLING),
        (_("My customers"), "people", "customers", "customers.view", CUSTOMERS),
    )
    here = request.resolver_match.url_name if request.resolver_match else ""
    waiting = {"customers": orders_to_approve(request)}
    return tuple(
        Way(
            title,
            icon,
            reverse(f"storefront:{name}"),
            here in {name, *pages},
            waiting.get(name, 0),
        )
        for title, icon, name, permission, pages in known
        if request.member.may(permission)
    )


def _basket_count(request: Any) -> int | None:
    """Return how many licenses lie in the basket; None for who cannot buy."""
    member = request.member
    if member is None or not member.may("basket.change"):
        return None
    return count_licenses(member=member)


def stand_in(request: HttpRequest) -> None:
    """Make a request ready for a page of the Storefront that no view of it shows."""
    arrive(request)
