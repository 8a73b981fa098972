"""The table of the distributor's own profile."""

from decimal import Decimal

from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
    RegexValidator,
)
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

COLOR = RegexValidator(
    r"^#[0-9a-fA-F]{6}$", _("Write a colour as # and six digits: #3b5bdb, say.")
)


class Organization(models.Model):
    """The distributor's own profile: what stands on its invoices and in its mails."""

    name = models.CharField(_("name"), max_length=200)
    line1 = models.CharField(_("address"), max_length=200)
    line2 = models.CharField(_("address, second line"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100)
    country = models.CharField(_("country"), max_length=2)
    tax_number = models.CharField(_("tax number"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), help_text=_("Mails are sent from here."))
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    website = models.URLField(_("website"), blank=True)
    bank_account = models.CharField(_("bank account"), max_length=60, blank=True)
    invoice_footer = models.CharField(_("invoice footer"), max_length=300, blank=True)
    margin_min_percent = models.DecimalField(
        _("least margin %"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_(
            "An order item that earns a smaller share of its price is executed only "
            "by a person who may, with a reason. 0: only a loss asks for one."
        ),
    )
    logo = models.BinaryField(_("logo"), null=True, blank=True, editable=True)
    is_shop_open = models.BooleanField(
        _("Storefront is open"),
        default=True,
        help_text=_("Closed: members read that it is closed, and whom to ask."),
    )
    takes_registrations = models.BooleanField(
        _("companies may ask for an account"),
        default=False,
        help_text=_(
            "A link on the sign-in page leads to a form; each waits under "
            "Office > Registrations until somebody agrees."
        ),
    )
    shop_color = models.CharField(
        _("colour"),
        max_length=7,
        default="#3b5bdb",
        validators=[COLOR],
        help_text=_("Of buttons and links. Light and dark shades are made from it."),
    )
    shop_header_color = models.CharField(
        _("colour of the header"),
        max_length=7,
        blank=True,
        validators=[COLOR],
        help_text=_("Empty: the header is as light or as dark as the page."),
    )
    shop_welcome = models.CharField(
        _("welcome"),
        max_length=200,
        blank=True,
        help_text=_("One sentence over the catalogue and on the sign-in page."),
    )
    terms = models.TextField(
        _("terms of sale"),
        blank=True,
        help_text=_("Buyers accept them with every order; an empty line parts them."),
    )
    support_email = models.EmailField(
        _("support, e-mail"), blank=True, help_text=_("Empty: the e-mail above.")
    )
    support_phone = models.CharField(_("support, phone"), max_length=40, blank=True)
    requires_two_steps = models.BooleanField(
        _("two-step sign-in is required"),
        default=False,
        help_text=_(
            "Staff who have not set it up do so at their next sign-in, before anything "
            "else."
        ),
    )
    sign_in_days = models.PositiveSmallIntegerField(
        _("sign-ins are kept for days"),
        default=180,
        validators=[MinValueValidator(1), MaxValueValidator(3_650)],
        help_text=_("Older lines of the sign-in history are deleted."),
    )

    class Meta:
        verbose_name = _("organization profile")
        verbose_name_plural = _("Organization profile")
        constraints = (
            models.CheckConstraint(name="organization_is_one", condition=Q(id=1)),
        )

    def __str__(self) -> str:
        return self.name
