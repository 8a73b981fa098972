"""What a person says of themselves: how they are called, and how they read."""

from datetime import datetime

from django.db import transaction

from purveyor.domain.accounts.models import User
from purveyor.kernel.journal.operations import changes_of, check, log

OWN = ("name", "language")


@transaction.atomic
def change_profile(*, user: User, name: str, language: str, now: datetime) -> None:
    """
    Call a person by another name, and write to them in another language.

    :raises Refused: if a field says no.
    """
    user.name, user.language = name, language
    check(user)
    changes = changes_of(user, OWN)
    user.save(update_fields=OWN)
    log(user, "edit", actor=user.email, at=now, changes=changes)
