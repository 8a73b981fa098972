"""Coupons as they were seen at vendors, and what people say about them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Application
from purveyor.domain.provisioning.lifecycle import EntryState
from purveyor.kernel.sealed import Secret, open_sealed
from purveyor.kernel.work.models import Workable, due_index


class CouponObservation(models.Model):
    """A coupon as it was seen at the vendor: in an answer, a look-up or a listing."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    coupon_hash = models.CharField(max_length=64, editable=False)
    coupon_sealed = models.TextField(editable=False)
    coupon_mask = models.CharField(_("coupon"), max_length=20)
    key = models.CharField(_("reference"), max_length=64, blank=True)
    asset = models.ForeignKey(
        Asset, models.PROTECT, null=True, related_name="observations"
    )
    is_duplicate = models.BooleanField(_("duplicate"), default=False)
    facts = models.JSONField(_("facts"), default=dict)
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("coupon observation")
        verbose_name_plural = _("coupon observations")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                name="observation_once_per_coupon",
                fields=("application", "coupon_hash"),
            ),
        )
        indexes = (
            models.Index(fields=("key",), name="observation_by_key"),
            models.Index(
                fields=("-first_seen_at",),
                name="observation_duplicates",
                condition=Q(is_duplicate=True),
            ),
        )

    def __str__(self) -> str:
        return f"coupon {self.coupon_mask}"


class Candidate(models.Model):
    """A coupon that may be the one made for an asset in doubt: a person says."""

    asset = models.ForeignKey(
        Asset, models.CASCADE, related_name="candidates", verbose_name=_("asset")
    )
    observation = models.ForeignKey(
        CouponObservation, models.PROTECT, verbose_name=_("coupon")
    )
    found_at = models.DateTimeField(_("found"))

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                name="candidate_once_per_asset", fields=("asset", "observation")
            ),
        )

    def __str__(self) -> str:
        return f"{self.observation} for {self.asset}"


class CouponEntry(Workable):
    """A coupon code that a person typed in for an asset, until it is connected."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    asset = models.ForeignKey(
        Asset, models.PROTECT, related_name="entries", verbose_name=_("asset")
    )
    state = models.CharField(
        _("status"), max_length=10, choices=EntryState, default=EntryState.CHECKING
    )
    code_sealed = models.TextField(editable=False)
    code_mask = models.CharField(_("coupon"), max_length=20)
    because = models.CharField(_("reason"), max_length=300)
    is_certain = models.BooleanField(
        _("connect it whatever the vendor says"), default=False
    )
    asked_by = models.CharField(_("entered by"), max_length=200)
    asked_at = models.DateTimeField(_("entered"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("coupon entry")
        verbose_name_plural = _("coupon entries")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                name="entry_one_at_a_time",
                fields=("asset",),
                condition=Q(state=EntryState.CHECKING),
            ),
            models.CheckConstraint(
                name="entry_waiting_is_due",
                condition=~Q(state=EntryState.CHECKING) | Q(due_at__isnull=False),
            ),
        )
        indexes = (due_index("entry_due"),)

    def __str__(self) -> str:
        return f"coupon {self.code_mask} for {self.asset}"

    @property
    def code(self) -> Secret:
        """The code as it was typed in."""
        return open_sealed(self.code_sealed)


class Watch(Workable):
    """A look for other coupons with an asset's reference, after a person's word."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="+")
    asset = models.OneToOneField(
        Asset, models.PROTECT, related_name="watch", verbose_name=_("asset")
    )
    began_at = models.DateTimeField(_("began"))
    looks_count = models.PositiveIntegerField(_("looks"), default=0)

    class Meta:
        verbose_name = _("watch")
        verbose_name_plural = _("watches")
        default_permissions = ("view",)
        indexes = (due_index("watch_due"),)

    def __str__(self) -> str:
        return f"watch on {self.asset}"
