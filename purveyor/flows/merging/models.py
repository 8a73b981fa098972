"""The table of what people have said about likely doubles."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.models import Account


class Difference(models.Model):
    """Two accounts that look like one and are not: a person has said so."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="differences")
    other = models.ForeignKey(Account, models.CASCADE, related_name="+")
    said_by = models.CharField(_("said by"), max_length=200)
    said_at = models.DateTimeField(_("said"))

    class Meta:
        default_permissions = ()  # seen where doubles are looked for
        constraints = (
            models.UniqueConstraint(
                name="difference_once_per_pair", fields=("account", "other")
            ),
            models.CheckConstraint(
                name="difference_in_order", condition=Q(account__lt=F("other"))
            ),
        )

    def __str__(self) -> str:
        return f"{self.account} is not {self.other}"
