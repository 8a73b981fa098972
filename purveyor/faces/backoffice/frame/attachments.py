"""The files of a record: its page shows them, takes one, hands one out, removes one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.db.models import Model, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from unfold.widgets import UnfoldAdminFileFieldWidget

from purveyor.faces.backoffice.frame.display import at_beginning, page_of
from purveyor.faces.backoffice.frame.questions import Question, answer
from purveyor.faces.backoffice.frame.record_admin import actor_of
from purveyor.faces.backoffice.frame.sections import Section
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.verbs import DialogForm
from purveyor.kernel import clock
from purveyor.kernel.attachments.models import Attachment
from purveyor.kernel.attachments.operations import (
    BYTES_MAX,
    KINDS,
    attach_file,
    detach_file,
)
from purveyor.kernel.attachments.queries import attachments_of, content_of

MEGABYTES_MAX = BYTES_MAX // 1024**2

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file as a page shows it."""

    name: str
    size: str
    added_at: datetime
    added_by: str
    href: str
    remove_href: str


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a record, and the way to a new one if a person may add it."""

    rows: tuple[FileRow, ...]
    add_href: str


class AttachForm(DialogForm):
    """Asks for a file."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=UnfoldAdminFileFieldWidget(
            attrs={
                "accept": ",".join(KINDS),
                "data-bytes-max": BYTES_MAX,
                "data-too-large": gettext_lazy("The file is larger than %d MB.")
                % MEGABYTES_MAX,
            }
        ),
        help_text=gettext_lazy("PDF, picture, text, mail or office file, up to %d MB.")
        % MEGABYTES_MAX,
    )


def holds_files(model: type[Model]) -> None:
    """
    Give the records of a model pages for their files.

    Who may see a record may read its files, who may change it adds and removes them.
    """
    app, noun = model._meta.app_label, str(model._meta.model_name)
    here = f"{app}/{noun}/<int:{noun}_id>/attachments/"
    one, look, edit = f"{here}<int:attachment_id>/", "view", "change"

    def page(route: str, verb: str, level: str, view: View) -> None:
        def told(
            request: HttpRequest, attachment_id: int = 0, **step: int
        ) -> HttpResponseBase:
            record = get_object_or_404(model, pk=step[f"{noun}_id"])
            return view(request, record, *_file_of(record, attachment_id))

        permission = f"{app}.{level}_{noun}"
        bss.page(route, name=f"{verb}_{noun}_file", permission=permission)(told)

    page(f"{here}add/", "add", edit, _add)
    page(one, "read", look, require_GET(_read))
    page(f"{one}remove/", "remove", edit, _remove)


def files_of(record: Any, request: HttpRequest) -> Files:
    """Return the files of a record as its page shows them to a person."""
    app, noun = record._meta.app_label, record._meta.model_name
    may_edit = request.user.has_perm(f"{app}.change_{noun}")

    def href(verb: str, *args: object) -> str:
        return reverse(f"bss:{verb}_{noun}_file", args=[record.pk, *args])

    rows = tuple(
        FileRow(
            name=each.name,
            size=filesizeformat(each.bytes_count),
            added_at=each.added_at,
            added_by=each.added_by,
            href=href("read", each.pk),
            remove_href=href("remove", each.pk) if may_edit else "",
        )
        for each in attachments_of(record)
    )
    return Files(rows, href("add") if may_edit else "")


class Attachments(Section):
    """A tab with the files of the page's record; a subclass names what it is."""

    model = Attachment
    title = gettext_lazy("Attachments")
    icon = "attach_file"
    holder: ClassVar[type[Model]]

    def found(self, record_id: int) -> QuerySet[Any]:
        """Return nothing: the tab asks for its rows itself."""
        return Attachment.objects.none()

    @property
    def contents(self) -> str:
        """Return the tab's body."""
        files = files_of(self.holder(pk=self.record_id), self.request)
        context = {"section": self, "files": files}
        template = "backoffice/parts/attachments_tab.html"
        return render_to_string(template, context, self.request)


# ------------------------------------------------------------------ pages


def _file_of(record: Any, attachment_id: int) -> tuple[Attachment, ...]:
    if not attachment_id:
        return ()
    mine = {"record_type": record._meta.label_lower, "record_id": record.pk}
    return (get_object_or_404(Attachment, pk=attachment_id, **mine),)


def _add(request: HttpRequest, record: Any) -> HttpResponse:
    """Ask for a file, and put it on the record."""
    form = AttachForm(
        request=request, data=request.POST or None, files=request.FILES or None
    )
    question = Question(
        title=_("Attach a file"),
        about=at_beginning(str(record)),
        text=_("Everybody who may see this record can read the file."),
        submit=_("Attach"),
        form=form,
        back=page_of(record),
    )

    def do(given: dict[str, Any]) -> str:
        file = given["file"]
        attached = attach_file(
            record=record,
            name=file.name,
            content=file,
            actor=actor_of(request),
            now=clock.now(),
        )
        return _("%(name)s is attached.") % {"name": attached.name}

    return answer(request, question, do)


def _read(_request: HttpRequest, _record: Any, attachment: Attachment) -> FileResponse:
    """Hand out a file, to be saved: a browser never opens it as a page of ours."""
    content = content_of(attachment)
    return FileResponse(content, as_attachment=True, filename=attachment.name)


def _remove(request: HttpRequest, record: Any, attachment: Attachment) -> HttpResponse:
    """Ask, then remove a file."""
    question = Question(
        title=_("Remove the file"),
        about=attachment.name,
        text=_("The file is gone for good. The journal keeps its name."),
        submit=_("Remove"),
        form=DialogForm(request=request, data=request.POST or None),
        back=page_of(record),
    )

    def do(_given: dict[str, Any]) -> str:
        detach_file(
            attachment=attachment,
            record=record,
            actor=actor_of(request),
            now=clock.now(),
        )
        return _("%(name)s is removed.") % {"name": attachment.name}

    return answer(request, question, do)
