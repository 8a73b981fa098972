"""Merge one account into another, all or nothing; say that two are not the same."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import Account, AccountKind
from purveyor.domain.accounts.operations import close_as_merged, edit_account
from purveyor.domain.accounts.queries import country_of
from purveyor.domain.orders.lifecycle import OrderState
from purveyor.domain.orders.models import Order
from purveyor.domain.provisioning.lifecycle import AttemptOutcome, LinkStatus
from purveyor.domain.provisioning.models import AccountLink, Attempt
from purveyor.flows.merging.belongings import counts_of, move_belongings
from purveyor.flows.merging.models import Difference
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import log

#: What is not chosen between two accounts: it is given, or follows from the merge.
GIVEN = {
    "id",
    "number",
    "kind",
    "parent",
    "bill_to",
    "currency",
    "is_ordering_enabled",
    "is_reselling_enabled",
    "notes",
    "created_at",
    "name_key",
    "merged_into",
    "merged_at",
}
ADDRESS = "address"  # among what is taken: the billing address


class CannotMerge(Refused):
    """Two accounts stand in each other's way, or something is under way with one."""

    code = "merging.refused"


class UnknownValue(Refused):
    """There is no such value to take from the other account."""

    code = "merging.unknown_value"


def choosable() -> list[Any]:
    """Return the fields of an account of which one of two values is kept."""
    return [field for field in Account._meta.fields if field.name not in GIVEN]


def objections(*, kept: Account, merged: Account) -> tuple[str, ...]:
    """Return why one account cannot be merged into another, as sentences."""
    if kept.pk == merged.pk:
        return (_("This is one and the same account. Choose another one."),)
    return tuple(
        reason
        for reasons in (_of_kinds, _of_links, _of_attempts)
        for reason in reasons(kept, merged)
    )


@transaction.atomic
def merge_accounts(
    *,
    kept: Account,
    merged: Account,
    taken: Collection[str],
    actor: str,
    now: datetime,
) -> dict[str, int]:
    """
    Merge one account into another, and return what moved, by what it is called.

    Everything that hangs on the merged account moves. It stays as a closed record that
    leads to the kept one. Issued invoices say whom they billed as they did before.

    Shape:  `taken` names the fields whose value comes from the merged account, and
            `address` for its billing address.
    :raises CannotMerge: with every reason, each with the way out.
    :raises UnknownValue: if there is no such field.
    """
    unknown = set(taken) - {field.name for field in choosable()} - {ADDRESS}
    if unknown:
        raise UnknownValue(_("There is no value %(name)s.") % {"name": min(unknown)})
    _hold(kept, merged)
    reasons = objections(kept=kept, merged=merged)
    if reasons:
        raise CannotMerge(" ".join(reasons))
    counts = counts_of(merged)
    _close(kept, merged, now=now)
    move_belongings(source=merged, target=kept, takes_address=ADDRESS in taken)
    _take_values(kept, merged, taken, actor=actor, now=now)
    facts: dict[str, Any] = {"moved": counts, "taken": sorted(taken)}
    log(kept, "merge", actor=actor, at=now, account=str(merged), **facts)
    log(merged, "merge_into", actor=actor, at=now, account=str(kept), moved=counts)
    return counts


@transaction.atomic
def tell_apart(*, one: Account, other: Account, actor: str, now: datetime) -> None:
    """
    Say that two accounts are not the same, so that they are not proposed again.

    :raises CannotMerge: if it is one account.
    """
    first, second = sorted((one, other), key=lambda account: account.pk)
    if first == second:
        raise CannotMerge(_("This is one and the same account. Choose another one."))
    _said, is_new = Difference.objects.get_or_create(
        account=first, other=second, defaults={"said_by": actor, "said_at": now}
    )
    if is_new:
        log(first, "tell_apart", actor=actor, at=now, account=str(second))
        log(second, "tell_apart", actor=actor, at=now, account=str(first))


# ------------------------------------------------------------------ objections


def _of_kinds(kept: Account, merged: Account) -> Iterator[str]:
    names = {"kept": kept.name, "merged": merged.name}
    for account in (kept, merged):
        if account.is_merged:
            told = _("%(account)s was merged already. Work with the one that was kept.")
            yield told % {"account": account.number}
    if merged.parent_id == kept.pk or kept.parent_id == merged.pk:
        yield (
            _(
                "%(kept)s and %(merged)s are a reseller and its end customer; their "
                "orders are for different firms."
            )
            % names
        )
    elif kept.kind != merged.kind and not _is_taken_in(kept, merged):
        yield _(
            "%(kept)s is a %(one)s, %(merged)s is a %(other)s. Change the kind of one "
            "first."
        ) % {
            **names,
            "one": kept.get_kind_display().lower(),
            "other": merged.get_kind_display().lower(),
        }
    elif kept.parent_id != merged.parent_id:
        yield _(
            "They are end customers of different resellers. Change the reseller of one "
            "first."
        )
    if kept.currency != merged.currency:
        yield _(
            "They are billed in different currencies, %(one)s and %(other)s; amounts "
            "of both cannot stand on one account."
        ) % {"one": kept.currency, "other": merged.currency}


def _is_taken_in(kept: Account, merged: Account) -> bool:
    """Return whether a reseller takes in the account by which it buys for itself."""
    kinds = (kept.kind, merged.kind)
    return kinds == (AccountKind.RESELLER, AccountKind.DIRECT_CUSTOMER)


def _of_links(kept: Account, merged: Account) -> Iterator[str]:
    both = AccountLink.objects.filter(account__in=(kept, merged))
    links = {
        (link.account_id, link.application_id): link
        for link in both.select_related("application")
    }
    for (account_id, application_id), link in sorted(links.items()):
        if link.status in {LinkStatus.SYNCHRONIZING, LinkStatus.UNCLEAR}:
            yield _(
                "The synchronization with %(vendor)s is under way. Wait until it is "
                "over, then try again."
            ) % {"vendor": link.application.name}
        other = links.get((kept.pk, application_id))
        if account_id == merged.pk and other is not None:
            yield from _of_two_links(kept, link, other)


def _of_two_links(
    kept: Account, link: AccountLink, other: AccountLink
) -> Iterator[str]:
    """Yield why the merged account's link cannot give way to the kept one's."""
    if link.status != LinkStatus.SYNCHRONIZED:
        return
    vendor = link.application.name
    if other.status == LinkStatus.SYNCHRONIZED:
        yield _(
            "Both are synchronized with %(vendor)s, as %(ours)s and as %(theirs)s; "
            "their coupons belong to different accounts there. Ask %(vendor)s to merge "
            "them first."
        ) % {"vendor": vendor, "ours": other.external_id, "theirs": link.external_id}
    elif other.external_id or other.attempts.exists():
        yield _(
            "%(vendor)s knows the other account and was asked about %(kept)s in vain. "
            "Keep the other one instead."
        ) % {"vendor": vendor, "kept": kept.name}


def _of_attempts(kept: Account, merged: Account) -> Iterator[str]:
    both = (kept.pk, merged.pk)
    under_way = Attempt.objects.filter(outcome=AttemptOutcome.OPEN).filter(
        Q(asset__account__in=both)
        | Q(asset__linked_account__in=both)
        | Q(link__account__in=both)
    )
    attempt = under_way.select_related("application").first()
    if attempt is not None:
        yield _(
            "%(vendor)s is being asked just now. Wait a minute, then try again."
        ) % {"vendor": attempt.application.name}


# ------------------------------------------------------------------ what is done


def _hold(kept: Account, merged: Account) -> None:
    """
    Keep both accounts for this transaction, and read them anew.

    Drafts first, for who edits one holds it before its account.
    """
    both = (kept.pk, merged.pk)
    drafts = Order.objects.select_for_update().filter(state=OrderState.DRAFT)
    list(drafts.filter(Q(account__in=both) | Q(bill_to__in=both)).order_by("pk"))
    # As `hold_accounts` does, and not more: who has already written a record that
    # belongs to one of them must be able to end, for this waits for it.
    accounts = Account.objects.select_for_update(no_key=True)
    list(accounts.filter(pk__in=both).order_by("pk"))
    for account in (kept, merged):
        account.refresh_from_db()


def _close(kept: Account, merged: Account, *, now: datetime) -> None:
    """Close the account before anything moves: what was billed follows only then."""
    Account.objects.filter(merged_into=merged).update(merged_into=kept)
    close_as_merged(account=merged, into=kept, now=now)


def _take_values(
    kept: Account, merged: Account, taken: Collection[str], *, actor: str, now: datetime
) -> None:
    """Give the kept account what was chosen of the other, and the notes of both."""
    changed = [name for name in taken if name != ADDRESS]
    for name in changed:
        setattr(kept, name, getattr(merged, name))
    if merged.notes.strip() and merged.notes.strip() not in kept.notes:
        kept.notes = "\n\n".join(
            filter(None, (kept.notes.strip(), merged.notes.strip()))
        )
        changed.append("notes")
    if changed:
        country = country_of(kept) if "tax_number" in changed else ""
        edit_account(
            account=kept, changed=changed, country=country, actor=actor, now=now
        )
