"""The dialog Execute Order, as a person opens it, reads it and presses its button."""

from typing import Any

from django.test import Client
from django.urls import reverse

from purveyor.domain.orders.models import Order
from tests.factories.moments import TODAY
from tests.support.staff import FROM_SCRIPT, value_of, words


def dialog(order: Order) -> str:
    """Return the address of the dialog of an order."""
    return reverse("bss:orders_order_execute", args=[order.pk])


def looks(client: Client, order: Order, **changes: object) -> dict[str, Any]:
    """Open the dialog; return what the browser would send of it."""
    page = client.get(dialog(order), headers=FROM_SCRIPT)
    sent = {
        "items": [item.pk for item in order.items.order_by("position")],
        "start_date": TODAY.isoformat(),
        "option": "DRAFT",
        "seen": value_of(page, "seen"),
    }
    return {**sent, **changes}


def presses(client: Client, order: Order, sent: dict[str, Any]) -> Any:
    """Press its button with what was sent; return the answer."""
    return client.post(dialog(order), sent, headers=FROM_SCRIPT)


def sees(client: Client, order: Order) -> str:
    """Return what the dialog says."""
    return words(client.get(dialog(order), headers=FROM_SCRIPT))
