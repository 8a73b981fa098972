"""Differences between account links and vendor's accounts, as lines of a plan."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account
from purveyor.domain.provisioning.models import AccountLink, AccountObservation
from purveyor.flows.reconciliation.compare import AccountDifference
from purveyor.flows.reconciliation.drifts import MEANINGS
from purveyor.flows.reconciliation.guards import guard_of
from purveyor.flows.reconciliation.lifecycle import Drift, Remedy
from purveyor.flows.reconciliation.lines import first_of, identity_of
from purveyor.flows.reconciliation.models import Finding, ReconciliationRun


def account_lines(
    run: ReconciliationRun, differences: Sequence[AccountDifference]
) -> list[Finding]:
    """Return a line for each difference of accounts; they have no position yet."""
    links = AccountLink.objects.select_related("account").in_bulk(
        [each.ours.pk for each in differences if each.ours is not None]
    )
    seen = AccountObservation.objects.in_bulk(
        [each.theirs.pk for each in differences if each.theirs is not None]
    )
    return [
        _line(
            run,
            each,
            links.get(each.ours.pk) if each.ours else None,
            seen.get(each.theirs.pk) if each.theirs else None,
        )
        for each in differences
    ]


def _line(
    run: ReconciliationRun,
    difference: AccountDifference,
    link: AccountLink | None,
    seen: AccountObservation | None,
) -> Finding:
    drift = difference.drift
    ours = _ours(link) if link is not None else {}
    theirs = _theirs(seen) if seen is not None else {}
    name = link.external_id if link is not None else seen.external_id if seen else ""
    subject = f"{drift}:{name}"[:100]
    offered = [str(each) for each in MEANINGS[drift].offered]
    proposed = _proposed(run, seen) if drift == Drift.ACCOUNT_STRANGER else None
    evidence = [str(MEANINGS[drift].says)]
    if proposed is not None:
        words = _("It bears the reference or the e-mail of %(account)s.")
        evidence.append(words % {"account": proposed.name})
    return Finding(
        run=run,
        drift=drift,
        subject=subject,
        identity=identity_of(subject, ours, theirs),
        link=link,
        seen_account=seen,
        account=link.account if link is not None else proposed,
        for_account=proposed,
        ours=ours,
        theirs=theirs,
        evidence=evidence,
        offered=offered,
        remedy=Remedy.LINK if proposed is not None else first_of(drift, offered),
        guard=guard_of(drift, link=link, seen_account=seen),
    )


def _proposed(
    run: ReconciliationRun, seen: AccountObservation | None
) -> Account | None:
    """Return the one account of ours that it may be, and that has no link yet."""
    if seen is None or not (seen.key or seen.email):
        return None
    by_mail = Q(contacts__email__iexact=seen.email) if seen.email else Q(pk=None)
    unlinked = Account.objects.exclude(
        links__application=run.application, links__external_id__gt=""
    )
    by_key = list(unlinked.filter(number=seen.key)[:1])
    found = by_key or list(unlinked.filter(by_mail).distinct()[:2])
    return found[0] if len(found) == 1 else None


def _ours(link: AccountLink) -> dict[str, str]:
    return {
        "account": link.account.name,
        "number": link.account.number,
        "vendors_account": link.external_id,
        "status": link.status,
    }


def _theirs(seen: AccountObservation) -> dict[str, str]:
    return {
        "vendors_account": seen.external_id,
        "reference": seen.key,
        "name": seen.name,
        "email": seen.email,
    }
