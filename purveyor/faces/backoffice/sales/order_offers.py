"""What the form of a draft order offers while it is typed: its parties, its prices."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from purveyor.domain.accounts.models import Account
from purveyor.domain.accounts.queries import bill_to_of
from purveyor.domain.orders.lines import item_as_typed
from purveyor.domain.orders.models import Order
from purveyor.faces.backoffice.sales.order_form import (
    cells_of,
    line_of,
    listed_price,
    payers_of,
    recipients_of,
)
from purveyor.kernel.errors import Refused


def parties_for(known: str) -> dict[str, Any]:
    """Return who can pay for an account and who can get its coupon codes."""
    found = Account.objects.filter(pk=int(known) if known.isdecimal() else 0)
    account = found.select_related("parent", "bill_to").first()
    payers = payers_of(account)
    payer = bill_to_of(account) if account else None
    return {
        "bill_to": [[p.pk, f"{p.name} ({p.number})"] for p in payers],
        "recipient": [[c.pk, str(c)] for c in recipients_of(payers)],
        "payer": payer.pk if payer else "",
        "currency": payer.currency if payer else "",
    }


def prices_for(
    order: Order, lines: Iterable[Any], now: datetime
) -> dict[str, dict[str, str]]:
    """
    Return the cells of each line that is typed as far as its product and quantity.

    They are those that saving would put on the order; where saving would be refused,
    the line says why.
    """
    return {
        form.prefix: _offer(order, form, now)
        for form in lines
        if form.is_valid() and form.cleaned_data.get("product")
    }


def _offer(order: Order, form: Any, now: datetime) -> dict[str, str]:
    try:
        item = item_as_typed(order=order, line=line_of(form), now=now)
    except Refused as refusal:
        return {"refusal": str(refusal)}
    return {**cells_of(item), "listed": listed_price(item)}
