from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ListsConfig(AppConfig):
    """Saved lists, chosen columns, exports."""

    name = "purveyor.kernel.lists"
    label = "lists"
    verbose_name = _("Lists")
