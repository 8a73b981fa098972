"""What the dialogs about orders, assets, invoices and mails have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.verbs import DialogForm, done
from purveyor.kernel.errors import Refused

Method = Callable[..., HttpResponse]
Text = str | Promise


class ReasonForm(DialogForm):
    """Asks why. That there must be a reason is the operation's rule."""

    because = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("It stays in the journal."),
    )


class CarefulForm(ReasonForm):
    """Asks why, after a warning: what follows costs money, or cannot be undone."""

    warning: ClassVar[Text] = ""
    tone: ClassVar[str] = "danger"
    form_before_template = "backoffice/parts/warning.html"

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        """Return the warning."""
        return {"warning": self.warning, "tone": self.tone}


@dataclass(frozen=True, slots=True)
class Question:
    """What a dialog asks that does not belong to the page of one record."""

    title: Text
    about: Text
    text: Text
    submit: Text
    form: DialogForm
    back: str  # its page; no part of it, or a browser that is there stays as it is


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, and the page on which it goes on."""

    told: str
    address: str


def answer(
    request: HttpRequest, question: Question, do: Callable[[Any], str | Done]
) -> HttpResponse:
    """
    Ask; once it is answered, do it, say what was done, and go back to the page.

    What was done may lead to another page: `do` returns `Done` then.

    A refusal is shown in the dialog, with everything that was typed.
    """
    form = question.form
    if request.method == "POST" and form.is_valid():
        try:
            told = do(form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            went = told if isinstance(told, Done) else Done(told, question.back)
            messages.success(request, went.told)
            return done(request, went.address)
    context = {"title": question.title, "question": question}
    return show_dialog(request, "backoffice/parts/question.html", context)


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
