"""
Verbs on the pages of records: a dialog asks, an operation does, a refusal is shown.

What changes something is always asked in a dialog, because that is sent with POST and
its token; a plain action of unfold is a link and must only lead somewhere.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from unfold.dataclasses import ActionDialog
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from purveyor.kernel.errors import Refused

DIALOG_TEMPLATE = "unfold/helpers/dialog.html"

Method = Callable[..., HttpResponse]


class DialogForm(BaseDialogForm):
    """What a dialog asks. A refusal stands above its fields."""

    def render_before_template(self) -> str:
        """Return the refusal, if there is one, then the dialog's own words."""
        refusals = self.non_field_errors()
        told = render_to_string(
            "unfold/helpers/messages/error.html", {"errors": refusals}
        )
        return SafeString(told + super().render_before_template())


def verb(
    *,
    permission: str,
    dialog: ActionDialog,
    icon: str = "",
    variant: ActionVariant = ActionVariant.DEFAULT,
    url_path: str | None = None,
) -> Callable[[Method], Any]:
    """
    Make a method of an admin class a button that asks in a dialog before it does.

    The method is called as `method(self, request, form, object_id)` with a valid form
    and returns `done(request, address)`; a `Refused` it raises is shown in the dialog,
    with everything that was typed. `dialog` has a title, and may have a description, a
    form_class (of `DialogForm`) and a form_submit_text.
    """
    asked: ActionDialog = {"form_class": DialogForm, **dialog}

    def decorate(method: Method) -> Any:
        @wraps(method)
        def told(admin: Any, request: HttpRequest, form: Any, **kwargs: Any) -> Any:
            try:
                return method(admin, request, form, **kwargs)
            except Refused as refusal:
                form.add_error(None, refusal.message)
                return _asked_again(request, form, asked)

        return action(
            permissions=[permission],
            description=dialog["title"],
            dialog=asked,
            icon=icon or None,
            variant=variant,
            url_path=url_path,
        )(told)

    return decorate


def shortcuts(*verbs: str) -> dict[str, Any]:
    """Return the menu at the top right of a record's page that holds its verbs."""
    return {
        "title": gettext_lazy("Shortcuts"),
        "icon": "bolt",
        "variant": ActionVariant.PRIMARY,
        "items": list(verbs),
    }


def done(request: HttpRequest, address: str) -> HttpResponse:
    """Return the answer of a dialog that did its work: the browser goes on."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _asked_again(
    request: HttpRequest, form: BaseDialogForm, dialog: ActionDialog
) -> HttpResponse:
    context = {
        "dialog": dialog,
        "form": form,
        "form_submit_text": dialog.get("form_submit_text", ""),
    }
    return render(request, DIALOG_TEMPLATE, context)
