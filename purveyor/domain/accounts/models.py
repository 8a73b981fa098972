"""The tables of accounts and people."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.contact_roles import one_main_contact
from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.accounts.organization_models import Organization
from purveyor.domain.accounts.registration_models import Registration
from purveyor.domain.accounts.sign_in_models import (
    Invitation,
    LinkPurpose,
    SignIn,
    SignInOutcome,
)
from purveyor.kernel import clock
from purveyor.kernel.numbering.operations import Series

#: Tables of files of their own.
__all__ = [
    "Invitation",
    "LinkPurpose",
    "Organization",
    "Registration",
    "SignIn",
    "SignInOutcome",
]

ACCOUNT_NUMBERS = Series("account", "A-", 5)


class UserManager(BaseUserManager["User"]):
    """Makes users; their e-mail is their name."""

    def create_user(
        self, email: str, password: str | None = None, **fields: object
    ) -> "User":
        """Return a new user with a hashed password; without one they cannot sign in."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, password: str | None = None, **fields: object
    ) -> "User":
        """Return a new administrator."""
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, **fields
        )

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this e-mail, however it is written."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in: staff in the BSS, members in the Storefront."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    language = models.CharField(_("language"), max_length=7, blank=True)
    joined_at = models.DateTimeField(_("joined"), default=clock.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("Users and roles")

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        """Return how the person is called."""
        return self.name or self.email

    get_short_name = get_full_name


class PaymentMethod(models.Model):
    """How an account pays, and after how many days an invoice is due."""

    name = models.CharField(_("description"), max_length=100, unique=True)
    payment_days = models.PositiveSmallIntegerField(_("payment days"), default=30)

    class Meta:
        verbose_name = _("payment method")
        verbose_name_plural = _("Payment methods")

    def __str__(self) -> str:
        return self.name


class AccountKind(models.TextChoices):
    """What an account is to us."""

    DIRECT_CUSTOMER = "DIRECT_CUSTOMER", _("Direct customer")
    RESELLER = "RESELLER", _("Reseller")
    END_CUSTOMER = "END_CUSTOMER", _("End customer")


class MailLanguage(models.TextChoices):
    """The languages in which mails can be written, each in its own words."""

    EN = "en", "English"
    DE = "de", "Deutsch"
    EL = "el", "Ελληνικά"
    ES = "es", "Español"
    FR = "fr", "Français"
    IT = "it", "Italiano"
    NL = "nl", "Nederlands"
    PL = "pl", "Polski"


class Account(models.Model):
    """A company we deal with."""

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    name_upper = models.GeneratedField(  # in which parts of names are looked for
        expression=Upper("name"),
        output_field=models.TextField(),  # some letters become two
        db_persist=True,
    )
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=AccountKind,
        default=AccountKind.DIRECT_CUSTOMER,
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="end_customers",
        verbose_name=_("reseller"),
        help_text=_("The reseller of an end customer."),
    )
    bill_to = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="billed_accounts",
        verbose_name=_("billing to"),
        help_text=_(
            "Who gets the invoices. Empty: the reseller, or the account itself."
        ),
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    language = models.CharField(
        _("language of mails"),
        max_length=7,
        choices=MailLanguage,
        blank=True,
        help_text=_("Empty: the language in which we work."),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    website = models.URLField(_("website"), blank=True)
    tax_number = models.CharField(_("tax number"), max_length=30, blank=True)
    payment_method = models.ForeignKey(
        PaymentMethod,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("payment method"),
    )
    credit_limit = models.DecimalField(
        _("credit limit"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Empty: unlimited. 0: must never owe."),
    )
    invoice_option = models.CharField(
        _("invoice of orders from the Storefront"),
        max_length=10,
        choices=InvoiceOption,
        default=InvoiceOption.ISSUE,
        help_text=_(
            "What happens about the bill when an order that it pays for runs by itself."
        ),
    )
    is_ordering_enabled = models.BooleanField(_("ordering"), default=True)
    is_reselling_enabled = models.BooleanField(_("reselling"), default=False)
    needs_reseller_approval = models.BooleanField(
        _("orders need approval by its reseller"),
        default=False,
        help_text=_(
            "Of an end customer: its orders wait until its reseller, or staff on its "
            "behalf, agrees."
        ),
    )
    notes = models.TextField(_("notes"), blank=True)
    created_at = models.DateTimeField(_("created"), editable=False)
    # By what doubles are found: the name without its legal form, accents and signs.
    name_key = models.CharField(max_length=200, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="merged_accounts",
        verbose_name=_("merged into"),
    )
    merged_at = models.DateTimeField(_("merged"), null=True, editable=False)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("Accounts")
        permissions = (
            ("import_account", _("Can import accounts")),
            ("merge_account", _("Can merge accounts")),
        )
        constraints = (
            models.CheckConstraint(
                name="account_kind_is_known", condition=Q(kind__in=AccountKind.values)
            ),
            models.CheckConstraint(
                name="account_invoice_option_is_known",
                condition=Q(invoice_option__in=InvoiceOption.values),
            ),
            models.CheckConstraint(
                name="account_end_customer_has_a_reseller",
                condition=(
                    Q(kind=AccountKind.END_CUSTOMER, parent__isnull=False)
                    | (~Q(kind=AccountKind.END_CUSTOMER) & Q(parent__isnull=True))
                ),
            ),
            models.CheckConstraint(
                name="account_is_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
            ),
            models.CheckConstraint(
                name="account_merged_has_its_day_and_orders_no_more",
                condition=Q(merged_into__isnull=True, merged_at__isnull=True)
                | (
                    Q(merged_at__isnull=False, is_ordering_enabled=False)
                    & ~Q(merged_into=F("id"))
                ),
            ),
        )
        indexes = (
            models.Index(fields=("-created_at", "-id"), name="account_newest"),
            models.Index(fields=("kind", "-created_at", "-id"), name="account_by_kind"),
            models.Index(fields=("name",), name="account_by_name"),
            models.Index(Upper("email"), name="account_by_email"),
            models.Index(fields=("name_key",), name="account_by_name_key"),
            models.Index(
                fields=("tax_number",),
                name="account_by_tax_number",
                condition=~Q(tax_number=""),
            ),
        )

    def __str__(self) -> str:
        words = {"number": self.number, "name": self.name}
        return _("account %(number)s %(name)s") % words

    @property
    def is_merged(self) -> bool:
        """Whether it is a closed record that leads to the account that was kept."""
        return self.merged_into_id is not None


class Address(models.Model):
    """A postal address of an account. The billing one stands on invoices."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="addresses")
    line1 = models.CharField(_("address"), max_length=200)
    line2 = models.CharField(_("address, second line"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100)
    region = models.CharField(_("region"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2)
    is_billing = models.BooleanField(_("billing address"), default=True)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("Addresses")
        constraints = (
            models.UniqueConstraint(
                name="address_one_for_billing",
                fields=("account",),
                condition=Q(is_billing=True),
                violation_error_message=_(
                    "Mark only one address as the billing address."
                ),
            ),
        )

    def __str__(self) -> str:
        return ", ".join(
            filter(None, (self.line1, self.postcode, self.city, self.country))
        )


class Contact(models.Model):
    """A person at an account."""

    account = models.ForeignKey(
        Account, models.CASCADE, related_name="contacts", verbose_name=_("account")
    )
    first_name = models.CharField(_("first name"), max_length=80)
    last_name = models.CharField(_("last name"), max_length=80)
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    is_order_contact = models.BooleanField(_("order contact"), default=False)
    is_billing_contact = models.BooleanField(_("billing contact"), default=False)
    is_technical_contact = models.BooleanField(_("technical contact"), default=False)
    # Of those who have a role at an account one is asked first: the main one.
    is_main_order_contact = models.BooleanField(default=False, editable=False)
    is_main_billing_contact = models.BooleanField(default=False, editable=False)
    is_main_technical_contact = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("Contacts")
        indexes = (models.Index(Upper("email"), name="contact_by_email"),)
        constraints = one_main_contact()

    def __str__(self) -> str:
        return f"{self.full_name} <{self.email}>"

    @property
    def full_name(self) -> str:
        """What they are called."""
        return f"{self.first_name} {self.last_name}"

    def has_role(self, role: str) -> bool:
        """Return whether they are asked about orders, bills or technical matters."""
        return bool(getattr(self, f"is_{role}_contact"))

    def is_main(self, role: str) -> bool:
        """Return whether they are asked first."""
        return bool(getattr(self, f"is_main_{role}_contact"))

    def stand_for(self, role: str, *, is_main: bool) -> None:
        """Give them a role, as the main one or beside others."""
        setattr(self, f"is_{role}_contact", True)
        setattr(self, f"is_main_{role}_contact", is_main)

    def stand_back(self, role: str) -> None:
        """Take a role from them."""
        setattr(self, f"is_{role}_contact", False)
        setattr(self, f"is_main_{role}_contact", False)


class MemberRole(models.TextChoices):
    """What a member may do in the Storefront."""

    ADMIN = "ADMIN", _("Admin")
    BILLING_AGENT = "BILLING_AGENT", _("Billing Agent")
    BUYER = "BUYER", _("Buyer")
    READ_ONLY = "READ_ONLY", _("Read only")


class Member(models.Model):
    """A person who may act for an account in the Storefront, in one role."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    account = models.ForeignKey(Account, models.CASCADE, related_name="members")
    role = models.CharField(_("role"), max_length=20, choices=MemberRole)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("Members")
        permissions = (
            ("invite_member", _("Can invite people to the Storefront")),
            ("look_as_member", _("Can see the Storefront as a member")),
        )
        constraints = (
            models.UniqueConstraint(
                name="member_one_role_in_an_account", fields=("user", "account")
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} for {self.account.name}"
