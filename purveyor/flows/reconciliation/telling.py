"""Tell the distributor by mail when something new was found, and only then."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.notifications.events import RUN, EventName
from purveyor.domain.notifications.news import News
from purveyor.domain.notifications.placeholders import RECORD_URL
from purveyor.domain.notifications.telling import tell
from purveyor.domain.notifications.values import record_url, values_of_organization
from purveyor.flows.reconciliation.models import ReconciliationRun
from purveyor.flows.reconciliation.queries import Total, totals_of


@transaction.atomic
def tell_of_findings(*, pk: int, now: datetime) -> None:
    """
    Write the mails about one plan with new findings, once.

    A step of the street. They hold no secret: counts, kinds and money.
    """
    due = ReconciliationRun.objects.filter(pk=pk, tell_due_at__lte=now)
    if due.update(tell_due_at=None) == 1:
        tell(news=_news_of(_loaded(pk)), now=now)


def find_news_of_run(*, number: str) -> News | None:
    """Return what would be told of a reconciliation, if there is one of this number."""
    if not number.isdecimal() or len(number) > len("999999999"):
        return None
    is_there = ReconciliationRun.objects.filter(pk=int(number)).exists()
    return _news_of(_loaded(int(number))) if is_there else None


def _loaded(pk: int) -> ReconciliationRun:
    related = ("application__reconciliation_policy", "account__parent")
    return ReconciliationRun.objects.select_related(*related).get(pk=pk)


def _news_of(run: ReconciliationRun) -> News:
    policy = getattr(run.application, "reconciliation_policy", None)

    def values(_recipient: str) -> dict[str, str]:
        rows = totals_of(run=run, only_new=True)
        return {
            "vendor_name": run.application.name,
            "run_number": str(run.pk),
            "findings_count": str(run.new_count),
            "findings": "; ".join(_told(row) for row in rows),
            RECORD_URL: record_url(RUN, run.pk),
            **values_of_organization(),
        }

    return News(
        event=EventName.FINDINGS_NEW,
        record=RUN,
        pk=run.pk,
        label=_("Reconciliation %(number)d") % {"number": run.pk},
        occasion="planned",
        values=values,
        applications=frozenset({run.application_id}),
        mailbox=policy.mail_to if policy else "",
    )


def _told(row: Total) -> str:
    money = f" ({row.cost} / {row.price})" if row.has_money else ""
    return f"{row.label}: {row.count}{money}"
