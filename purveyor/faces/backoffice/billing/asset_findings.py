"""What reconciliation has found about an asset, on its page, as plain values."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from purveyor.domain.assets.models import Asset
from purveyor.faces.backoffice.frame.badges import kind_badge
from purveyor.faces.backoffice.frame.display import page_of, status_badge
from purveyor.flows.reconciliation.queries import findings_about


@dataclass(frozen=True, slots=True)
class FoundAbout:
    """One line of a plan about the asset."""

    at: datetime
    plan: int
    plan_url: str
    kind: SafeString
    remedy: str
    badge: SafeString
    result: str


def findings_of(asset: Asset) -> tuple[FoundAbout, ...]:
    """Return the newest lines about an asset, the newest first."""
    return tuple(
        FoundAbout(
            at=line.run.asked_at,
            plan=line.run.pk,
            plan_url=f"{page_of(line.run)}?q={asset.number}#lines",
            kind=kind_badge(line.drift),
            remedy=line.get_remedy_display(),
            badge=status_badge(line, "state"),
            result=line.result,
        )
        for line in findings_about(asset=asset)
    )
