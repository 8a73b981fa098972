"""
What hangs on an account, and how it moves to another.

Every table that points at accounts is known to Django; so whatever a later version adds
moves as well. Only what has a rule of its own is named here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model, UniqueConstraint

from purveyor.domain.accounts.contact_roles import CONTACT_ROLES
from purveyor.domain.accounts.models import Account, Address, Contact
from purveyor.domain.provisioning.lifecycle import LinkStatus
from purveyor.domain.provisioning.models import AccountLink
from purveyor.kernel.attachments.models import Attachment
from purveyor.kernel.attachments.operations import move_attachments

#: What stays: it tells of the closed record itself.
STAYS = {
    ("accounts.account", "merged_into"),
    ("merging.difference", "account"),
    ("merging.difference", "other"),
}


@dataclass(frozen=True, slots=True)
class Belonging:
    """A column of some table that points at accounts."""

    model: type[Model]
    column: str

    @property
    def label(self) -> str:
        """What its records are called."""
        return str(self.model._meta.verbose_name_plural)

    @property
    def is_unique(self) -> bool:
        """Whether two accounts might have a record that only one may have."""
        uniques = (
            each
            for each in self.model._meta.constraints
            if isinstance(each, UniqueConstraint)
        )
        field = self.model._meta.get_field(self.column)
        return bool(getattr(field, "unique", False)) or any(
            self.column in constraint.fields for constraint in uniques
        )

    def of(self, account: Account) -> Any:
        """Return the records that point at an account."""
        return self.model._default_manager.filter(**{self.column: account})


def belongings() -> Iterator[Belonging]:
    """Yield every column that points at accounts and moves with them."""
    for relation in _relations():
        model, column = relation.related_model, relation.field.name
        if (model._meta.label_lower, column) not in STAYS:
            yield Belonging(model, column)


def _relations() -> Iterator[Any]:
    """Yield the foreign keys that point at accounts, those without a way back too."""
    for field in Account._meta.get_fields(include_hidden=True):
        if field.auto_created and (field.one_to_many or field.one_to_one):
            yield field


def counts_of(account: Account) -> dict[str, int]:
    """Return how many records hang on an account, by what they are called."""
    counts: dict[str, int] = {}
    for belonging in belongings():
        found = belonging.of(account).count()
        counts[belonging.label] = max(counts.get(belonging.label, 0), found)
    files = Attachment.objects.filter(
        record_type=account._meta.label_lower, record_id=account.pk
    ).count()
    counts[str(Attachment._meta.verbose_name_plural)] = files
    return {label: count for label, count in counts.items() if count}


def move_belongings(*, source: Account, target: Account, takes_address: bool) -> None:
    """
    Move everything that hangs on one account to another, in the caller's transaction.

    A record of which the target has one already stays with the closed account.
    """
    _make_room(source, target, takes_address=takes_address)
    for belonging in belongings():
        mine = belonging.of(source)
        if belonging.model is Account:
            mine = mine.exclude(pk__in=(source.pk, target.pk))
        if belonging.is_unique:
            _move_one_by_one(mine, belonging.column, target)
        else:
            mine.update(**{belonging.column: target})
    move_attachments(source=source, target=target)


def _move_one_by_one(records: Any, column: str, target: Account) -> None:
    for record in records:
        try:
            with transaction.atomic():
                same = type(record)._default_manager.filter(pk=record.pk)
                same.update(**{column: target})
        except IntegrityError:
            continue  # the target has one of its own


def _make_room(source: Account, target: Account, *, takes_address: bool) -> None:
    """Let only one of both have what only one can have."""
    loser = target if takes_address else source
    has_both = all(
        each.addresses.filter(is_billing=True).exists() for each in (source, target)
    )
    if has_both:
        Address.objects.filter(account=loser).update(is_billing=False)
    for role in CONTACT_ROLES:
        main = {f"is_main_{role}_contact": True}
        if Contact.objects.filter(account=target, **main).exists():
            Contact.objects.filter(account=source).update(
                **{f"is_main_{role}_contact": False}
            )
    _sort_out_links(source, target)


def _sort_out_links(source: Account, target: Account) -> None:
    """Let a vendor know one account: the synchronized link stays or comes over."""
    theirs = {link.application_id: link for link in target.links.all()}
    for link in source.links.filter(application__in=theirs):
        other = theirs[link.application_id]
        is_bare = not other.external_id and not other.attempts.exists()
        if link.status == LinkStatus.SYNCHRONIZED and is_bare:
            other.delete()
        else:
            AccountLink.objects.filter(pk=link.pk).update(
                due_at=None, compare_due_at=None
            )
