"""What changed between a plan and the one before it, as plain values."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from purveyor.faces.backoffice.frame.badges import kind_badge
from purveyor.faces.backoffice.frame.display import NOTHING, amount, page_of
from purveyor.flows.reconciliation.models import Finding, ReconciliationRun
from purveyor.flows.reconciliation.queries import diff_of

SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One line that came or went."""

    badge: SafeString
    about: str
    account: str
    facts: str
    price: str


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """What is new, and what is mended."""

    run: ReconciliationRun
    before: ReconciliationRun | None
    before_url: str
    new: tuple[ChangeRow, ...]
    mended: tuple[ChangeRow, ...]
    shown_max: int


def changes_page(run: ReconciliationRun) -> ChangesPage:
    """Return what is new in a plan, and what of the plan before is mended."""
    diff = diff_of(run=run, limit=SHOWN_MAX)
    return ChangesPage(
        run=run,
        before=diff.before,
        before_url=page_of(diff.before) if diff.before else "",
        new=_rows(diff.new),
        mended=_rows(diff.mended),
        shown_max=SHOWN_MAX,
    )


def _rows(lines: Iterable[Finding]) -> tuple[ChangeRow, ...]:
    return tuple(_row(line) for line in lines)


def _row(line: Finding) -> ChangeRow:
    """Return a line in short, from what was written into it when it was made."""
    ours, theirs = line.ours, line.theirs
    account = ours.get("account") or theirs.get("name")
    account = account or theirs.get("vendors_account") or NOTHING
    about = ours.get("asset") or theirs.get("coupon") or theirs.get("reference")
    product = ours.get("product") or theirs.get("product")
    quantity = ours.get("quantity") or theirs.get("quantity")
    return ChangeRow(
        badge=kind_badge(line.drift),
        about=about or ours.get("number") or NOTHING,
        account=account,
        facts=f"{quantity} × {product}" if product else NOTHING,
        price=amount(line.price, line.currency) if line.price else NOTHING,
    )
