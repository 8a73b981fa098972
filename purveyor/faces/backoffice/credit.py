"""How the credit of an account looks: figures, and a small bar."""

from dataclasses import dataclass
from decimal import Decimal

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from purveyor.domain.invoices.credit import Credit
from purveyor.kernel.money import Money

WHOLE = 100


@dataclass(frozen=True, slots=True)
class CreditBar:
    """
    A bar from nought to the limit, or further if more is used than that.

    Units:  shares of the bar's width in percent.
    """

    used: int
    more: int
    limit: int
    tone: str


def bar_of(credit: Credit, more: Money | None = None) -> CreditBar | None:
    """Return the bar of a credit, with an order on top of it; None if unlimited."""
    if credit.limit is None:
        return None
    limit, used = credit.limit.amount, max(credit.used.amount, Decimal(0))
    extra = more.amount if more is not None else Decimal(0)
    whole = max(limit, used + extra) or Decimal(1)
    is_over = used + extra > limit
    return CreditBar(
        used=int(used * WHOLE / whole),
        more=int(extra * WHOLE / whole),
        limit=int(limit * WHOLE / whole),
        tone="danger" if is_over else "success",
    )


def credit_shown(credit: Credit) -> SafeString:
    """Return what an account may owe, what is used of it, and what is left."""
    context = {"credit": credit, "bar": bar_of(credit)}
    return render_to_string("backoffice/parts/credit.html", context)
