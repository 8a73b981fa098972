"""
Something done with many ticked records at once: first shown, then done, then told.

    @admin.action(description=_("Retry"), permissions=("retry",))
    def retry_all(self, request, queryset):
        return answer_bulk(self, request, queryset, Bulk(...))

The first answer is a page with each record: what will happen to it, or why it is
refused. What is refused is known by rehearsing: the operation runs in a transaction
that is taken back. The second answer does it, one transaction a record, so that a
refusal stops none of the others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from purveyor.faces.backoffice.frame.display import page_of
from purveyor.faces.backoffice.frame.site import bss
from purveyor.faces.backoffice.frame.verbs import DialogForm
from purveyor.kernel.errors import Refused

RECORDS_MAX = 200
CONFIRMED = "_form_submitted"  # a dialog form's own mark
TEMPLATE = "backoffice/bulk/page.html"

Text = str | Promise
Do = Callable[[Any, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Bulk:
    """
    What is done with each record, and the words about it.

    `do` is called with a record and what was typed; `told` says what is known of a
    record, besides its name; `foresee` returns why a record will be refused, where a
    rehearsal cannot tell.
    """

    title: Text
    text: Text  # what happens to each
    submit: Text
    do: Do
    told: Callable[[Any], object] = str
    form_class: type[DialogForm] = DialogForm
    foresee: Callable[[Any], str] | None = None


@dataclass(slots=True)
class BulkRow:
    """One record on the page: what it is, what is known, why it is refused."""

    name: str
    href: str
    about: object
    refusal: str = ""


@dataclass(slots=True)
class BulkPage:
    """What the page shows: the records that go through, and those that do not."""

    bulk: Bulk
    form: DialogForm
    action: str
    back: str
    ids: Sequence[str]
    ready: list[BulkRow] = field(default_factory=list)
    refused: list[BulkRow] = field(default_factory=list)
    is_done: bool = False


def answer_bulk(
    admin: Any, request: HttpRequest, queryset: QuerySet[Any], bulk: Bulk
) -> HttpResponse:
    """Show what would happen to the ticked records; once it is confirmed, do it."""
    records = list(queryset[: RECORDS_MAX + 1])
    if len(records) > RECORDS_MAX:
        told = _(
            "At most %(count)d records can be ticked. Narrow the list by a filter."
        )
        messages.error(request, told % {"count": RECORDS_MAX})
        return HttpResponseRedirect(request.get_full_path())
    is_confirmed = CONFIRMED in request.POST
    form = bulk.form_class(request=request, data=request.POST if is_confirmed else None)
    page = BulkPage(
        bulk=bulk,
        form=form,
        action=request.POST.get("action", ""),
        back=request.get_full_path(),
        ids=[str(record.pk) for record in records],
    )
    is_done = is_confirmed and form.is_valid()
    for record in records:
        row = BulkRow(_name(record), page_of(record), bulk.told(record))
        row.refusal = _done(bulk, record, form) if is_done else _foreseen(bulk, record)
        (page.refused if row.refusal else page.ready).append(row)
    page.is_done = is_done
    if is_done:
        _say(request, page)
    context = {
        "title": bulk.title,
        "crumb": bulk.title,
        "opts": admin.opts,
        "page": page,
        "ticks": ACTION_CHECKBOX_NAME,
    }
    return bss.render(request, TEMPLATE, context)


def _done(bulk: Bulk, record: Any, form: DialogForm) -> str:
    """Do it with one record; return why it was refused, if it was."""
    try:
        bulk.do(record, form.cleaned_data)
    except Refused as refusal:
        return refusal.message
    return ""


def _foreseen(bulk: Bulk, record: Any) -> str:
    """Return why a record would be refused, by doing it and taking that back."""
    if bulk.foresee is not None:
        return bulk.foresee(record)
    blank: dict[str, Any] = dict.fromkeys(bulk.form_class.base_fields, "–")
    with transaction.atomic():
        try:
            with transaction.atomic():
                bulk.do(record, blank)
        except Refused as refusal:
            return refusal.message
        finally:
            transaction.set_rollback(True)
    return ""


def _name(record: Any) -> str:
    return str(getattr(record, "number", "") or record)


def _say(request: HttpRequest, page: BulkPage) -> None:
    done, refused = len(page.ready), len(page.refused)
    if done:
        told = ngettext("%(count)d record: done.", "%(count)d records: done.", done)
        messages.success(request, told % {"count": done})
    if refused:
        told = ngettext(
            "%(count)d record was refused; the reason stands beside it.",
            "%(count)d records were refused; the reasons stand beside them.",
            refused,
        )
        messages.warning(request, told % {"count": refused})
