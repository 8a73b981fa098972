"""How forms of the Storefront look: a label, the field, its help, what is wrong."""

from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates

from purveyor.kernel.errors import Refused


class ShopRenderer(DjangoTemplates):
    """Shows fields with the Storefront's own part."""

    field_template_name = "storefront/parts/field.html"


class LikeOurs:
    """Makes a form look like those of the Storefront, whoever wrote it."""

    default_renderer: Any = ShopRenderer
    required_css_class = "is-required"
    error_css_class = "is-wrong"
    use_required_attribute = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class ShopForm(LikeOurs, forms.Form):
    """A form of the Storefront. What was typed stays when something is wrong."""

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal of the business over the form."""
        self.add_error(None, refusal.message)


class TermsField(forms.BooleanField):
    """A yes to the terms of sale, with a link to them; `refusal` asks for it."""

    def __init__(self, *, refusal: Any) -> None:
        super().__init__(
            error_messages={"required": refusal},
            template_name="storefront/parts/terms.html",
        )
