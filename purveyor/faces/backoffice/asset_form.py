"""What of an asset can be typed: its name, and what was sent to the vendor."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import DAYS_MAX

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
