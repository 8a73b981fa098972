"""Forms made at run time: what a service manager asks for, as fields of a page."""

from typing import Any, Protocol

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget


class Asked(Protocol):
    """One thing a service manager asks for: a settings field, or a sync option."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def is_secret(self) -> bool: ...

    @property
    def is_required(self) -> bool: ...


def field_name(asked: Asked) -> str:
    """Return the name of a form field; a secret one says so: no draft keeps it."""
    return f"secret-{asked.name}" if asked.is_secret else f"open-{asked.name}"


def field_for(asked: Asked, *, help_text: str = "", is_set: bool = False) -> Any:
    """
    Return a form field for one thing that is asked for.

    A secret that is set already may be left empty, and is never sent to the page; one
    that was just typed stays typed if the form is refused.
    """
    help_text = str(_(help_text)) if help_text else ""
    if not asked.is_secret:
        return forms.CharField(
            label=_(asked.label),
            required=asked.is_required,
            help_text=help_text,
            widget=UnfoldAdminTextInputWidget,
        )
    kept = _("Leave it empty to keep what is set.") if is_set else ""
    return forms.CharField(
        label=_(asked.label),
        required=asked.is_required and not is_set,
        strip=False,
        help_text=" ".join(filter(None, (help_text, str(kept)))),
        widget=UnfoldAdminPasswordWidget(
            attrs={"autocomplete": "new-password"}, render_value=True
        ),
    )
