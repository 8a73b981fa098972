"""Lists whose rows can be ticked, to do something with several of them at once."""

from typing import Any

from django.contrib.admin import ActionLocation, ModelAdmin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from purveyor.faces.backoffice.frame.record_admin import BssModelAdmin


class TickedList(BssModelAdmin):
    """A list with actions. Unfold asks for the choices in the way of older Djangos."""

    def get_action_choices(
        self,
        request: HttpRequest,
        default_choices: Any = None,
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> list[tuple[str, str]]:
        """Return what can be done with the ticked rows, as Django itself says it."""
        choices: list[tuple[str, str]] = ModelAdmin.get_action_choices(
            self, request, [("", _("Select action"))], action_location
        )
        return choices
