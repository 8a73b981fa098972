"""What can be chosen on forms of the BSS: countries and currencies, by their names."""

from purveyor.faces.ui.choices import country_choices, country_name, currency_choices

__all__ = ["country_choices", "country_name", "currency_choices"]
