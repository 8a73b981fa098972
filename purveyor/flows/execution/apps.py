from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExecutionConfig(AppConfig):
    """Executions of several orders together."""

    name = "purveyor.flows.execution"
    label = "execution"
    verbose_name = _("Sales")
