"""Tell the distributor by mail when something new was found, and only then."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from purveyor.domain.notifications.letter import NoSender, sender_of
from purveyor.domain.notifications.mail import Answer, Notice, send_notice
from purveyor.domain.notifications.values import find_organization
from purveyor.flows.reconciliation.models import ReconciliationRun
from purveyor.flows.reconciliation.queries import totals_of

LATER = timedelta(minutes=10)


def tell_of_findings(*, pk: int, now: datetime) -> None:
    """
    Send the mail of one plan with new findings, at most once; later, if nobody took it.

    A step of the street. It holds no secret: counts, kinds and money.
    """
    related = ("application__reconciliation_policy", "account")
    run = ReconciliationRun.objects.select_related(*related).get(pk=pk)
    due = ReconciliationRun.objects.filter(pk=pk, tell_due_at__lte=now)
    if due.update(tell_due_at=None) != 1:
        return
    policy = getattr(run.application, "reconciliation_policy", None)
    if policy is None or not policy.mail_to:
        return
    try:
        answer = send_notice(_notice(run, policy.mail_to))
    except NoSender:
        answer = Answer.LATER  # the organization's profile is not filled in yet
    if answer == Answer.LATER:
        ReconciliationRun.objects.filter(pk=pk).update(tell_due_at=now + LATER)


def _notice(run: ReconciliationRun, recipient: str) -> Notice:
    subject = _("New findings at %(vendor)s: %(count)d")
    names = {"count": run.new_count, "vendor": run.application.name}
    rows = [
        f"{row.label}: {row.count}"
        + (f" ({row.cost} / {row.price})" if row.has_money else "")
        for row in totals_of(run=run, only_new=True)
    ]
    text = _(
        "%(rows)s\n\nCost and price at risk stand in brackets. Nothing was changed. "
        "See Operations > Reconciliation, reconciliation %(number)d.\n"
    )
    return Notice(
        sender=sender_of(find_organization()),
        recipient=recipient,
        subject=subject % names,
        text=text % {"rows": "\n".join(rows), "number": run.pk},
    )
