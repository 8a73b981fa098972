from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The command line."""

    name = "purveyor.faces.console"
    label = "console"
