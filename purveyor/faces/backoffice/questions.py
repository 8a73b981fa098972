"""What the dialogs about orders, assets, invoices and mails have in common."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from purveyor.faces.backoffice.site import bss
from purveyor.faces.backoffice.verbs import DialogForm

Method = Callable[..., HttpResponse]


class ReasonForm(DialogForm):
    """Asks why. That there must be a reason is the operation's rule."""

    because = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("It stays in the journal."),
    )


def opens_dialog(
    *, description: Any, permission: str, icon: str
) -> Callable[[Method], Any]:
    """
    Make a method of an admin class a button that opens a dialog of its own making.

    For dialogs that say more than a form can; any other is a `verb`.
    """

    def decorate(method: Method) -> Any:
        button = action(
            method,
            description=description,
            permissions=[permission],
            icon=icon,
            variant=ActionVariant.DEFAULT,
        )
        vars(button)["dialog"] = {"title": description}  # unfold reads it from here
        return button

    return decorate


def show_dialog(
    request: HttpRequest, template: str, context: dict[str, Any]
) -> HttpResponse:
    """Return a dialog: over its page if scripts asked for it, else as a page."""
    if request.headers.get("HX-Request"):
        return render(request, template, context)
    page = {**context, "dialog_template": template, "is_page": True}
    return bss.render(request, "backoffice/dialog_page.html", page)
