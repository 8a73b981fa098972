"""The table of companies that ask for an account."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.lifecycle import RegistrationState
from purveyor.kernel.work.models import Workable, due_index


class Registration(Workable):
    """A company that asks for an account, and the person who asks for it."""

    state = models.CharField(
        _("status"),
        max_length=10,
        choices=RegistrationState,
        default=RegistrationState.ASKED,
    )
    name = models.CharField(_("company"), max_length=200)
    email = models.EmailField(_("e-mail"))
    tax_number = models.CharField(_("tax number"), max_length=30, blank=True)
    line1 = models.CharField(_("address"), max_length=200)
    line2 = models.CharField(_("address, second line"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20)
    city = models.CharField(_("city"), max_length=100)
    country = models.CharField(_("country"), max_length=2)
    first_name = models.CharField(_("first name"), max_length=80)
    last_name = models.CharField(_("last name"), max_length=80)
    person_email = models.EmailField(_("e-mail of the person"))
    language = models.CharField(_("language"), max_length=7, blank=True)
    accepted_terms_at = models.DateTimeField(
        _("terms accepted"), null=True, editable=False
    )
    asked_at = models.DateTimeField(_("asked"))
    # Only the mail holds the link; here is the keyed hash by which it is known again.
    fingerprint = models.CharField(
        max_length=64, null=True, unique=True, editable=False
    )
    expires_at = models.DateTimeField(_("valid until"))
    sent_at = models.DateTimeField(
        _("sent"), null=True, editable=False
    )  # the mail of its status
    verified_at = models.DateTimeField(_("e-mail confirmed"), null=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    decided_by = models.CharField(_("decided by"), max_length=200, blank=True)
    because = models.CharField(_("reason"), max_length=300, blank=True)
    account = models.ForeignKey(
        "accounts.Account",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="registrations",
        verbose_name=_("account"),
    )

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("Registrations")
        default_permissions = ()  # who may see them decides about them
        permissions = (("decide_registration", _("Can decide about registrations")),)
        constraints = (
            models.CheckConstraint(
                name="registration_state_is_known",
                condition=Q(state__in=RegistrationState.values),
            ),
            models.CheckConstraint(
                name="registration_approved_has_its_account",
                condition=Q(state=RegistrationState.APPROVED, account__isnull=False)
                | (~Q(state=RegistrationState.APPROVED) & Q(account__isnull=True)),
            ),
            models.CheckConstraint(
                name="registration_rejected_has_a_reason",
                condition=~Q(state=RegistrationState.REJECTED) | ~Q(because=""),
            ),
        )
        indexes = (
            due_index("registration_due"),
            models.Index(fields=("state", "asked_at"), name="registration_by_state"),
        )

    def __str__(self) -> str:
        return _("registration of %(company)s") % {"company": self.name}

    @property
    def full_name(self) -> str:
        """What the person is called."""
        return f"{self.first_name} {self.last_name}"
