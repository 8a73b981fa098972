"""
What all records of the BSS share: lists without counting, saving through operations,
refusals shown on the form with all that was typed, the journal as history.

A record without rules beyond its own fields needs nothing more: it is kept and dropped
through the journal. Any other admin class has its own `save_model` (and `save_rows` if
it has inlines), which call one operation with `actor_of(request)` and `clock.now()`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.checks import ModelAdminChecks
from django.core.exceptions import PermissionDenied
from django.db.models import Field, Model, QuerySet
from django.forms import Form, ModelChoiceField, Select, TypedChoiceField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from unfold import admin as unfold

from purveyor.faces.backoffice.frame.display import (
    NOTHING,
    at_beginning,
    name_of,
    page_of,
)
from purveyor.faces.backoffice.frame.drafts import RESTORED, restore, take_draft
from purveyor.faces.backoffice.frame.history import history_rows
from purveyor.faces.backoffice.frame.record_lists import RecordList
from purveyor.faces.backoffice.frame.site import CRUMB, bss
from purveyor.kernel import clock
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import drop, keep

Text = str | Promise

REFUSAL = (
    "purveyor.refusal"  # where a request carries what its form is shown again with
)


@dataclass(frozen=True, slots=True)
class Rows:
    """What a person did with the rows of an inline: records to save, and to delete."""

    kept: Sequence[Any]
    dropped: Sequence[Any]


def actor_of(request: HttpRequest) -> str:
    """Return who acts, as the journal writes it: the e-mail of the person signed in."""
    return str(request.user)


def rows_of(formset: Any) -> Rows:
    """Return what was changed in an inline; new rows point at the page's record."""
    dropped = [form.instance for form in formset.deleted_forms if form.instance.pk]
    kept = [
        form.instance
        for form in formset.forms
        if form.has_changed() and form not in formset.deleted_forms
    ]
    for record in kept:
        setattr(record, formset.fk.name, formset.instance)
    return Rows(kept, dropped)


def calm(field: Any) -> Any:
    """Return a form field that has no ways to other forms, and is plainly empty."""
    for ability in ("add", "change", "delete", "view"):
        name = f"can_{ability}_related"
        if field is not None and hasattr(field.widget, name):
            setattr(field.widget, name, False)
    if isinstance(field, ModelChoiceField):
        vars(field)["label_from_instance"] = name_of
        if field.empty_label is not None:
            field.empty_label = _("Choose") if field.required else NOTHING
    elif isinstance(field, TypedChoiceField) and isinstance(field.widget, Select):
        choices = field.widget.choices
        field.choices = [(key, name if key else NOTHING) for key, name in choices]
    return field


class BssTabularInline(unfold.TabularInline):
    """Rows of a record's page, each in one line."""

    extra = 0
    rows_at_first = 0
    show_title = False

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """Return how many empty rows are shown: some on the page of a new record."""
        rows = super().get_extra(request, obj, **kwargs)
        return self.rows_at_first if obj is None else rows

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Return a field that only asks for its own value."""
        return calm(super().formfield_for_dbfield(db_field, request, **kwargs))


class BssStackedInline(unfold.StackedInline):
    """Rows of a record's page, each a small form."""

    extra = 0
    rows_at_first = 0

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """Return how many empty rows are shown: some on the page of a new record."""
        rows = super().get_extra(request, obj, **kwargs)
        return self.rows_at_first if obj is None else rows

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Return a field that only asks for its own value."""
        return calm(super().formfield_for_dbfield(db_field, request, **kwargs))


class BssModelAdmin(RecordList):
    """The base of every admin class of the BSS."""

    warn_unsaved_form = True
    object_history_template = "backoffice/history.html"
    checks_class: ClassVar[Any] = ModelAdminChecks  # unfold's want a migrated database

    #: Whether a person with the permission may delete records. Never business records.
    can_delete: ClassVar[bool] = False
    #: Whether another record can be added right after saving one.
    can_add_another: ClassVar[bool] = False
    #: What a person can do while the list is empty.
    empty_text: ClassVar[Text] = ""
    #: At which field a refusal is shown, by its code; else it stands above the form.
    refusal_fields: ClassVar[Mapping[str, str]] = {}

    # ---------------------------------------------------------------- saving

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        """Return the filled-in record; nothing is saved by this."""
        return form.instance

    def save_model(
        self, request: HttpRequest, obj: Model, form: Form, change: Any
    ) -> None:
        """Keep a record that has no rules beyond its own fields."""
        keep(
            obj,
            changed=form.changed_data,
            actor=actor_of(request),
            at=clock.now(),
        )

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Hand the rows of each inline to `save_rows`."""
        for formset in formsets:
            rows = rows_of(formset)
            if rows.kept or rows.dropped:
                self.save_rows(request, form.instance, rows)

    def save_rows(self, request: HttpRequest, record: Any, rows: Rows) -> None:
        """Keep and drop the rows of an inline that have no rules of their own."""
        actor, now = actor_of(request), clock.now()
        for row in rows.dropped:
            drop(row, actor=actor, at=now)
        for row in rows.kept:
            keep(row, changed=(), actor=actor, at=now)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Drop a record that nothing refers to."""
        drop(obj, actor=actor_of(request), at=clock.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Drop records one by one, each with its journal line."""
        for record in queryset:
            self.delete_model(request, record)

    # ---------------------------------------------------------------- the form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """
        Show or save a record; a refusal, or an expired sign-in, costs no typed letter.

        Django saves in one transaction. It is over, and rolled back, when the refusal
        arrives here; the form is then shown again with it.
        """
        context = self.form_context(request, object_id, extra_context)
        request.META[CRUMB] = "" if object_id else _("Add")
        draft = take_draft(request)
        if draft is not None and self._may_save(request, object_id):
            restore(request, draft)
            request.META[REFUSAL] = Refused(RESTORED)
            return super().changeform_view(request, object_id, form_url, context)
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except Refused as refusal:
            request.META[REFUSAL] = refusal
            return super().changeform_view(request, object_id, form_url, context)

    def form_context(
        self,
        request: HttpRequest,
        object_id: str | None,
        extra_context: dict[str, Any] | None,
    ) -> dict[str, Any]:
        """Return what the form's page is told besides the form itself."""
        return {
            "show_save_and_continue": False,
            "show_save_and_add_another": self.can_add_another,
            **(extra_context or {}),
        }

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Return the form's class; one that was refused says so."""
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal: Refused | None = request.META.get(REFUSAL)
        if refusal is None:
            return form
        return _refusing(form, refusal, self.refusal_fields.get(refusal.code, ""))

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Return a field that only asks for its own value."""
        return calm(super().formfield_for_dbfield(db_field, request, **kwargs))

    def _may_save(self, request: HttpRequest, object_id: str | None) -> bool:
        if object_id is None:
            return bool(self.has_add_permission(request))
        return bool(self.has_change_permission(request))

    # ---------------------------------------------------------------- after saving

    def response_add(
        self, request: HttpRequest, obj: Model, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go to the new record's own page."""
        return self._after_saving(request, obj, _("%(record)s is created."))

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        """Stay on the record's page."""
        return self._after_saving(request, obj, _("%(record)s is saved."))

    def _after_saving(
        self, request: HttpRequest, record: Model, told: str
    ) -> HttpResponse:
        messages.success(request, told % {"record": at_beginning(str(record))})
        if "_addanother" in request.POST:
            return HttpResponseRedirect(self._address("add"))
        return HttpResponseRedirect(page_of(record))

    def response_delete(
        self, request: HttpRequest, obj_display: str, obj_id: int
    ) -> HttpResponse:
        """Go back to the list."""
        told = _("%(record)s is deleted.") % {"record": at_beginning(obj_display)}
        messages.success(request, told)
        return HttpResponseRedirect(self._address("changelist"))

    def delete_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Ask, then delete; a refusal is shown on the record's page."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return HttpResponseRedirect(self._address("change", object_id))

    def _address(self, view: str, *args: object) -> str:
        opts = self.opts
        return reverse(f"bss:{opts.app_label}_{opts.model_name}_{view}", args=args)

    # ---------------------------------------------------------------- permissions

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether a person may delete; business records stay for good."""
        return self.can_delete and super().has_delete_permission(request, obj)

    # ---------------------------------------------------------------- history

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what the journal says about a record, as sentences."""
        record = self.get_object(request, object_id)
        if record is None:
            raise Http404
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        context = {
            "title": _("History"),
            "crumb": _("History"),
            "opts": self.opts,
            "original": record,
            "rows": history_rows(record),
            **(extra_context or {}),
        }
        return bss.render(request, self.object_history_template, context)

    # Django's own log stays empty: operations write the journal themselves.

    def construct_change_message(
        self, request: HttpRequest, form: Form, formsets: Any, add: bool = False
    ) -> Any:
        """Return nothing."""
        return []

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write nothing."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write nothing."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Write nothing."""


def _refusing(form_class: Any, refusal: Refused, field: str) -> Any:
    """Return a form that refuses whatever is typed, with the reason at its field."""

    def clean(form: Any) -> Any:
        cleaned = form_class.clean(form)
        at = field or str(refusal.facts.get("field", ""))
        form.add_error(at if at in form.fields else None, refusal.message)
        return cleaned

    return type(form_class)(form_class.__name__, (form_class,), {"clean": clean})
