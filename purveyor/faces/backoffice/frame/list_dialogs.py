"""What a person can do with a list: save it, choose its columns, have it as a file."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
)
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from purveyor.faces.backoffice.frame.questions import Done, Question, answer
from purveyor.faces.backoffice.frame.verbs import DialogForm
from purveyor.kernel import clock
from purveyor.kernel.lists.exporting import ask_for_export
from purveyor.kernel.lists.models import NAME_MAX, Export, ExportKind, SavedList
from purveyor.kernel.lists.operations import (
    Look,
    choose_columns,
    drop_list,
    open_with,
    save_list,
)
from purveyor.kernel.lists.queries import get_saved

VIEW = "view"  # where an address names a saved list
WHOLE = "0"  # its value where no saved list is wanted
ORDER = "o"  # where an address says by which columns the list is ordered
EXPORTS = "my_exports"  # the page of a person's files
MAY_EXPORT = "lists.export_lists"
MAY_SHARE = "lists.share_savedlist"
SHOWN, EVERY = "shown", "every"


class SaveForm(DialogForm):
    """Asks under which name a list is saved, and for whom."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=NAME_MAX,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("A list of yours with the same name is replaced."),
    )
    is_default = forms.BooleanField(
        label=gettext_lazy("Open with this list from now on"),
        required=False,
        widget=UnfoldBooleanWidget,
    )
    is_shared = forms.BooleanField(
        label=gettext_lazy("Share it with everybody who may see these records"),
        required=False,
        widget=UnfoldBooleanWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.request.user.has_perm(MAY_SHARE):
            del self.fields["is_shared"]


class ColumnsForm(DialogForm):
    """Asks which columns are shown."""

    columns = forms.MultipleChoiceField(
        label=gettext_lazy("Columns"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        error_messages={"required": gettext_lazy("Leave at least one column.")},
    )

    def __init__(self, *args: Any, admin: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["columns"]
        known = admin.columns_known()
        field.choices = [(name, admin.column_label(name)) for name in known]


class ExportForm(DialogForm):
    """Asks for the format of a file, and which columns it has."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=ExportKind.choices,
        widget=UnfoldAdminRadioSelectWidget,
    )
    which = forms.ChoiceField(
        label=gettext_lazy("Columns"),
        choices=(
            (SHOWN, gettext_lazy("Those shown now")),
            (EVERY, gettext_lazy("All there are")),
        ),
        widget=UnfoldAdminRadioSelectWidget,
    )


def save(admin: Any, request: HttpRequest) -> HttpResponse:
    """Save the list as it is shown: filters, columns, order."""
    shown = admin.shown(request)
    mine = shown.saved if _is_mine(request, shown.saved) else None
    first = {
        "name": mine.name if mine else "",
        "is_shared": bool(mine and mine.is_shared),
        "is_default": bool(mine and mine.pk == shown.kept.opens_with),
    }
    question = Question(
        title=_("Save list"),
        about=str(admin.opts.verbose_name_plural),
        text=_("The filters, the columns and the order of now are kept under a name."),
        submit=_("Save list"),
        form=SaveForm(request=request, data=request.POST or None, initial=first),
        back=_back(admin, request),
    )

    def do(typed: dict[str, Any]) -> Done:
        saved = SavedList(
            owner=_person(request),
            page=admin.list_key,
            name=typed["name"],
            is_shared=typed.get("is_shared", False),
        )
        look = Look(
            query=admin.filters_of(request),
            columns=shown.columns,
            order=admin.order_of(request),
        )
        is_default = typed["is_default"]
        actor, now = str(request.user), clock.now()
        save_list(saved=saved, look=look, is_default=is_default, actor=actor, now=now)
        told = _("The list is saved as “%(name)s”.") % {"name": saved.name}
        return Done(told, f"{admin.list_address()}{admin.href_of(request, saved)}")

    return answer(request, question, do)


def columns(admin: Any, request: HttpRequest) -> HttpResponse:
    """Choose which columns the list has for this person."""
    form = ColumnsForm(
        request=request,
        admin=admin,
        data=request.POST or None,
        initial={"columns": admin.shown(request).columns},
    )
    question = Question(
        title=_("Columns"),
        about=str(admin.opts.verbose_name_plural),
        text=_("Only your own list changes. A saved list keeps its own columns."),
        submit=_("Show these columns"),
        form=form,
        back=_own_list(admin, request),
    )

    def do(typed: dict[str, Any]) -> str:
        chosen = tuple(typed["columns"])
        is_usual = chosen == tuple(admin.list_display)
        choose_columns(
            owner=request.user,
            page=admin.list_key,
            columns=() if is_usual else chosen,
        )
        return _("The columns are chosen.")

    return answer(request, question, do)


def export(admin: Any, request: HttpRequest) -> HttpResponse:
    """Have the list written as a file in the background."""
    if not request.user.has_perm(MAY_EXPORT):
        raise PermissionDenied
    first = {"kind": ExportKind.EXCEL, "which": SHOWN}
    question = Question(
        title=_("Export"),
        about=str(admin.opts.verbose_name_plural),
        text=_(
            "All records that the filters of now let through are written into a file, "
            "in the background. Coupon codes stay masked. The journal says who "
            "exported what."
        ),
        submit=_("Export"),
        form=ExportForm(request=request, data=request.POST or None, initial=first),
        back=_back(admin, request),
    )

    def do(typed: dict[str, Any]) -> Done:
        is_whole = typed["which"] == EVERY
        asked = Export(
            owner=_person(request),
            page=admin.list_key,
            title=str(admin.opts.verbose_name_plural),
            query=_whole_query(admin, request),
            columns=list(
                admin.columns_known() if is_whole else admin.shown(request).columns
            ),
            kind=typed["kind"],
            language=get_language() or "en",
        )
        ask_for_export(export=asked, actor=str(request.user), now=clock.now())
        return Done(_("The file is being written."), reverse(f"bss:{EXPORTS}"))

    return answer(request, question, do)


@require_POST
def _open_with(request: HttpRequest, admin: Any) -> HttpResponse:
    shown = admin.shown(request)
    is_off = shown.saved is None or shown.saved.pk == shown.kept.opens_with
    saved = None if is_off else shown.saved
    open_with(owner=request.user, page=admin.list_key, saved=saved)
    name = saved.name if saved else _("All")
    messages.success(request, _("The list opens with “%(name)s”.") % {"name": name})
    return HttpResponseRedirect(_back(admin, request))


def opens_with(admin: Any, request: HttpRequest) -> HttpResponse:
    """Have the list open with the saved one that is shown, or with the whole again."""
    return _open_with(request, admin)


def drop(admin: Any, request: HttpRequest) -> HttpResponse:
    """Delete a saved list of this person."""
    saved = admin.shown(request).saved
    if not _is_mine(request, saved):
        raise Http404
    question = Question(
        title=_("Delete list"),
        about=saved.name,
        text=_("The filters under this name are forgotten; no record is touched."),
        submit=_("Delete list"),
        form=DialogForm(request=request, data=request.POST or None),
        back=f"{admin.list_address()}?{VIEW}={WHOLE}",
    )

    def do(_typed: Any) -> str:
        mine = get_saved(pk=saved.pk, owner=request.user, page=admin.list_key)
        drop_list(saved=mine, actor=str(request.user), now=clock.now())
        return _("The list “%(name)s” is deleted.") % {"name": saved.name}

    return answer(request, question, do)


DIALOGS: Mapping[str, Callable[[Any, HttpRequest], HttpResponse]] = {
    "save": save,
    "columns": columns,
    "export": export,
    "open_with": opens_with,
    "drop": drop,
}


def _person(request: HttpRequest) -> Any:
    return request.user  # signed in: every dialog is behind a permission


def _is_mine(request: HttpRequest, saved: SavedList | None) -> bool:
    return saved is not None and saved.owner_id == request.user.pk


def _whole_query(admin: Any, request: HttpRequest) -> str:
    """Return the filters and the order, by names: places depend on the columns."""
    order = {ORDER: ",".join(admin.order_of(request))}
    filters = admin.filters_of(request)
    return "&".join(filter(None, (filters, urlencode(order) if order[ORDER] else "")))


def _back(admin: Any, request: HttpRequest) -> str:
    return _at(admin, request.GET)


def _own_list(admin: Any, request: HttpRequest) -> str:
    """Return the list with a person's own columns; places of the others mean others."""
    fields = request.GET.copy()
    fields.pop(ORDER, None)
    fields[VIEW] = WHOLE
    return _at(admin, fields)


def _at(admin: Any, fields: QueryDict) -> str:
    query = fields.urlencode()
    return f"{admin.list_address()}?{query}" if query else admin.list_address()
