"""One order: thank you, and how its delivery goes."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from purveyor.faces.storefront.frame.access import ShopRequest, member_may
from purveyor.flows.checkout.progress import progress_of
from purveyor.kernel import clock


@require_safe
@member_may("orders.view")
def order(request: ShopRequest, number: str) -> HttpResponse:
    """Show an order; asked for its progress alone, show only that."""
    found = progress_of(number=number, member=request.member, today=clock.today())
    part = "#progress" if request.headers.get("X-Part") == "progress" else ""
    return render(request, f"storefront/order.html{part}", {"order": found})
