"""What is typed about an asset: name, what was sent to the vendor, a coupon code."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from purveyor.domain.assets.lifecycle import AssetState
from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import DAYS_MAX
from purveyor.faces.backoffice.frame.questions import CarefulForm, ReasonForm

MENDABLE = ("external_product_id", "expire_days", "validity_days", "linked_account")

WRONG_DAYS = format_lazy(_("Days are a whole number from 1 to {most}."), most=DAYS_MAX)


class AssetForm(forms.ModelForm[Asset]):
    """The fields of an asset that can be edited; which of them, its state says."""

    class Meta:
        model = Asset
        fields = ("name", *MENDABLE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("expire_days", "validity_days"):
            if name in self.fields:
                field = self.fields[name]
                field.error_messages |= {"invalid": WRONG_DAYS, "required": WRONG_DAYS}


class UnechoedInput(UnfoldAdminTextInputWidget):
    """A field whose contents are read, and never sent back to the page."""

    def format_value(self, value: Any) -> None:
        """Return nothing, whatever was typed."""


CODE = "secret-code"  # so that no draft keeps it


class EntryForm(ReasonForm):
    """Asks for a coupon code that a person knows, and how sure the person is."""

    field_order = (CODE, "because", "is_certain")

    is_certain = forms.BooleanField(
        label=_("Connect it whatever the vendor says"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=_("The vendor is asked all the same; its answer is in the journal."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[CODE] = forms.CharField(
            label=_("BitTitan's Coupon Code"),
            required=False,
            help_text=_("It is cash: it is sealed at once, and not shown here again."),
            widget=UnechoedInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        )
        if not self.request.user.has_perm("assets.overrule_vendor"):
            del self.fields["is_certain"]
        self.order_fields(self.field_order)


class NeverMadeForm(CarefulForm):
    """Asks how a person knows that nothing was made."""

    warning = _(
        "It will be bought again. If the vendor did make it, you pay twice: be sure "
        "that you have the vendor's word."
    )
    if_cancelling = _(
        "It is cancelled then. If the vendor did make it, a live coupon is left there: "
        "be sure that you have the vendor's word."
    )

    def get_before_template_context(
        self, request: Any, object_id: int | str | None = None
    ) -> dict[str, Any]:
        """Return the warning that fits what happens next."""
        known = super().get_before_template_context(request, object_id)
        assets = Asset.objects.filter(pk=object_id or 0, state=AssetState.CANCELLING)
        return {**known, "warning": self.if_cancelling} if assets.exists() else known


class CancelForm(CarefulForm):
    """Asks why an asset is cancelled."""

    tone = "warning"
    warning = _("Nothing is credited by this. A credit note is made by billing.")
