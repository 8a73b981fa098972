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

    Units:  shares of the bar's width in percent: what is used, what an order adds, and
            what of both is above the limit.
    """

    used: int
    more: int
    over: int

    @property
    def limit(self) -> int:
        """Where the limit stands."""
        return WHOLE - self.over


def bar_of(credit: Credit, more: Money | None = None) -> CreditBar | None:
    """Return the bar of a credit, with an order on top of it; None if unlimited."""
    if credit.limit is None:
        return None
    limit, used = credit.limit.amount, max(credit.used.amount, Decimal(0))
    wanted = used + (more.amount if more is not None else Decimal(0))
    whole = max(limit, wanted) or Decimal(1)
    ends = [
        round(end * WHOLE / whole) for end in (min(used, limit), min(wanted, limit))
    ]
    over = WHOLE - round(limit * WHOLE / whole) if wanted > limit else 0
    return CreditBar(used=ends[0], more=ends[1] - ends[0], over=over)


def credit_shown(credit: Credit) -> SafeString:
    """Return what an account may owe, what is used of it, and what is left."""
    context = {"credit": credit, "bar": bar_of(credit)}
    return render_to_string("backoffice/parts/credit.html", context)
