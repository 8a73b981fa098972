from django.apps import AppConfig


class NumberingConfig(AppConfig):
    """Counters for the public numbers of records."""

    name = "purveyor.kernel.numbering"
    label = "numbering"
