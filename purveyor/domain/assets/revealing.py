"""Show a coupon code to the people who bought it: journaled, and not without end."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.accounts.models import User
from purveyor.domain.assets.models import Asset
from purveyor.domain.assets.operations import reveal_coupon
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.queries import count_of

REVEALS_MAX = 20
SPAN = timedelta(minutes=15)


class TooManyReveals(Refused):
    """Nobody needs so many coupon codes at once; a thief might."""

    code = "assets.too_many_reveals"


@transaction.atomic
def reveal_to_member(*, asset: Asset, member: User, actor: str, now: datetime) -> str:
    """
    Return the coupon code in clear to a member of the account that owns it.

    The journal counts; of two reveals at once, the second waits for the first.

    :raises TooManyReveals: if a person has revealed many within a quarter of an hour.
    :raises NoCoupon: if there is none.
    """
    User.objects.select_for_update().get(pk=member.pk)
    shown = count_of(actor=actor, verb="reveal_coupon", since=now - SPAN)
    if shown >= REVEALS_MAX:
        message = _(
            "You have revealed %(count)d coupon codes within 15 minutes. "
            "Wait a little, then try again."
        )
        raise TooManyReveals(message % {"count": shown}, count=shown)
    return reveal_coupon(asset=asset, because="Storefront", actor=actor, now=now)
